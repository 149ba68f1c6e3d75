export { type Asked, Batching } from './batching';
export { keptByCost, ShortCache, type ShortCacheOptions } from './short-cache';
