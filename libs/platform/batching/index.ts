export * from './batching';
export { keptByCost, ShortCache } from './short-cache';
