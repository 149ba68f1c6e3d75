export { BackOff, type BackOffOptions } from './back-off';
export { bounded } from './bounded';
export { settlesWithin } from './settles-within';
export { WakeUp } from './wake-up';
