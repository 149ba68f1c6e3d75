import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';

export type ZstdFailure = 'too_large' | 'corrupt';

/** Error of `decompressBounded`: the output would exceed the limit (`too_large`), or the input is not a zstd frame (`corrupt`). */
export class ZstdError extends Error {
  override readonly name = 'ZstdError';

  constructor(
    readonly failure: ZstdFailure,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

// For columns of varints, whose entropy is in the literals, level 1 compresses within 2 % of level 3.
const compressParams = {
  [constants.ZSTD_c_compressionLevel]: 1,
  [constants.ZSTD_c_checksumFlag]: 0,
};

/** Returns one zstd frame of `bytes` without a checksum, because the enclosing format has its own CRC. */
export function compress(bytes: Uint8Array): Uint8Array {
  // With a known size zstd uses small tables for a few kilobytes, which halves the time of a call.
  return zstdCompressSync(bytes, { pledgedSrcSize: bytes.length, params: compressParams });
}

const checkedParams = { ...compressParams, [constants.ZSTD_c_checksumFlag]: 1 };

/** Like `compress`, but with a checksum of the content in the frame: decompression detects changed bits. */
export function compressChecked(bytes: Uint8Array): Uint8Array {
  return zstdCompressSync(bytes, { pledgedSrcSize: bytes.length, params: checkedParams });
}

/**
 * Returns the content of one zstd frame of at most `maxBytes`. Never allocates more, regardless of the size in the frame's header.
 * @throws ZstdError for anything else
 */
export function decompressBounded(bytes: Uint8Array, maxBytes: number): Uint8Array {
  try {
    return zstdDecompressSync(bytes, { maxOutputLength: Math.max(1, maxBytes) });
  } catch (error) {
    const tooLarge = error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';
    throw tooLarge
      ? new ZstdError('too_large', `the zstd frame contains more than ${maxBytes} bytes`, { cause: error })
      : new ZstdError('corrupt', `the bytes are not a complete zstd frame: ${wordsOf(error)}`, { cause: error });
  }
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
