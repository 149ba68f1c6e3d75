export { compress, decompressBounded, ZstdError } from './zstd';
export type { ZstdFailure } from './zstd';
