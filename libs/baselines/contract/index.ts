export * from './baseline';
export { BASELINE_LIMITS, RECALCULATION_LIMITS } from './baseline-limits';
