export { type Asked, Batching } from './batching';
export { keptByCost, ShortCache } from './short-cache';
