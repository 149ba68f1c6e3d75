export { countFalseAlarms, type FalseAlarms } from './false-alarms';
export { planOf } from './plan-of-seed';
export { shorten } from './shorten';
export { simulate } from './simulate';
