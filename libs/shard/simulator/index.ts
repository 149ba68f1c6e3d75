export { planOf, type Plan } from './plan';
export { shorten } from './shorten';
export { immediateRows, numbersByPlace, SimulatedTables, type SimulatedRows } from './simulated-tables';
export { simulate, type Outcome } from './simulate';
