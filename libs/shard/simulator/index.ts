export { planOf } from './plan-of-seed';
export { shorten } from './shorten';
export { simulate } from './simulate';
