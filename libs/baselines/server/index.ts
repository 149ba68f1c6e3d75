export { calculateBaseline, type HourOfPair } from './calculator/calculate-baseline';
