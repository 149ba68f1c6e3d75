import { promisify } from 'node:util';
import { constants, zstdCompress, zstdDecompress } from 'node:zlib';
import kafkajs from 'kafkajs';

const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);

/** Maximum decompressed size of a record batch. The broker limits only the compressed size. */
const UNPACKED_BYTES_MAX = 64 * 1024 * 1024;

/** Registers Node's zstd with kafkajs, which supports only gzip itself: other producers of the topics may use zstd. */
export function registerZstdCodec(): void {
  kafkajs.CompressionCodecs[kafkajs.CompressionTypes.ZSTD] = () => ({
    compress: (encoder: { buffer: Buffer }): Promise<Buffer> =>
      compress(encoder.buffer, { params: { [constants.ZSTD_c_compressionLevel]: 1 } }),
    decompress: (buffer: Buffer): Promise<Buffer> => decompress(buffer, { maxOutputLength: UNPACKED_BYTES_MAX }),
  });
}
