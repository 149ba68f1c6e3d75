import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';

export type ZstdFailure = 'too_large' | 'corrupt';

/** Thrown by `decompressBounded`: the output would pass the bound (`too_large`) or the input is no zstd frame (`corrupt`). */
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

// The first level is within 2 % of the third on columns of varints, whose entropy is in the literals.
const compressParams = {
  [constants.ZSTD_c_compressionLevel]: 1,
  [constants.ZSTD_c_checksumFlag]: 0,
};

/** One zstd frame of `bytes`, without a checksum: whoever frames the bytes carries its own CRC. */
export function compress(bytes: Uint8Array): Uint8Array {
  // Telling the size lets zstd take tables that fit a few kilobytes: half the time of a call.
  return zstdCompressSync(bytes, { pledgedSrcSize: bytes.length, params: compressParams });
}

const checkedParams = { ...compressParams, [constants.ZSTD_c_checksumFlag]: 1 };

/** As `compress`, with a checksum of the content in the frame: decompressing it finds a bit that changed. */
export function compressChecked(bytes: Uint8Array): Uint8Array {
  return zstdCompressSync(bytes, { pledgedSrcSize: bytes.length, params: checkedParams });
}

/**
 * The content of one zstd frame, at most `maxBytes` long. Never allocates past the bound, whatever the frame claims.
 * Throws a `ZstdError` on anything else.
 */
export function decompressBounded(bytes: Uint8Array, maxBytes: number): Uint8Array {
  try {
    return zstdDecompressSync(bytes, { maxOutputLength: Math.max(1, maxBytes) });
  } catch (error) {
    const tooLarge = error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';
    throw tooLarge
      ? new ZstdError('too_large', `the zstd frame holds more than ${maxBytes} bytes`, { cause: error })
      : new ZstdError('corrupt', `the bytes are not a whole zstd frame: ${wordsOf(error)}`, { cause: error });
  }
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
