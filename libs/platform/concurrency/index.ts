export { BackOff, type BackOffOptions } from './back-off';
export { bounded } from './bounded';
export { WakeUp } from './wake-up';
