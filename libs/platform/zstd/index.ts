export { compress, compressChecked, decompressBounded } from './zstd';
