export { BASELINE_LIMITS } from './baseline-limits';
