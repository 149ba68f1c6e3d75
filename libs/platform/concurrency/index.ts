export { BackOff, type BackOffOptions } from './back-off';
export { bounded } from './bounded';
export { aborted, pause } from './pause';
export { settlesWithin } from './settles-within';
export { WakeUp } from './wake-up';
