export { planOf } from './plan';
export { shorten } from './shorten';
export { simulate } from './simulate';
