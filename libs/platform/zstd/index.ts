export { compress, compressChecked, decompressBounded, ZstdError } from './zstd';
export type { ZstdFailure } from './zstd';
