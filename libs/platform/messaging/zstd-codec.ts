import { promisify } from 'node:util';
import { constants, zstdCompress, zstdDecompress } from 'node:zlib';
import kafkajs from 'kafkajs';

const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);

/** A record batch is bounded by the broker; what it unpacks to is bounded here. */
const UNPACKED_BYTES_MAX = 64 * 1024 * 1024;

/** kafkajs ships gzip alone; other producers of the topics may use zstd, which Node has. */
export function registerZstdCodec(): void {
  kafkajs.CompressionCodecs[kafkajs.CompressionTypes.ZSTD] = () => ({
    compress: (encoder: { buffer: Buffer }): Promise<Buffer> =>
      compress(encoder.buffer, { params: { [constants.ZSTD_c_compressionLevel]: 1 } }),
    decompress: (buffer: Buffer): Promise<Buffer> => decompress(buffer, { maxOutputLength: UNPACKED_BYTES_MAX }),
  });
}
