import { createRequire } from 'node:module';
import { createLogger } from '@icmp-mon/platform/ops';
import crc32cInJavaScript from 'kafkajs/src/protocol/recordBatch/crc32C/index.js';

/** Returns the CRC-32C (polynomial 0x1EDC6F41, reflected, as in RFC 3720) of bytes as an unsigned number. */
export type Crc32c = (bytes: Uint8Array) => number;

/** Check value of CRC-32C in CRC catalogues, for the ASCII digits 1 to 9. */
const CHECK_INPUT = Buffer.from('123456789');
const CHECK_VALUE = 0xe306_9283;

const requirePackage = createRequire(import.meta.url);

/**
 * Returns the function for the CRC-32C of record batches. The native one takes a hundredth of the time of kafkajs's. If it is not available
 * for this platform, a warning is logged and kafkajs's function is returned. Never throws.
 */
export function loadCrc32c(
  loadNative: () => unknown = () => requirePackage('@node-rs/crc32'),
  warn: (fields: object, message: string) => void = (fields, message) => createLogger('kafka').warn(fields, message),
): Crc32c {
  try {
    const { crc32c } = loadNative() as { crc32c: Crc32c };
    const found = crc32c(CHECK_INPUT);
    if (found !== CHECK_VALUE) throw new Error(`the native CRC-32C of "123456789" is ${found}, not ${CHECK_VALUE}`);
    return crc32c;
  } catch (error) {
    warn(
      { err: error },
      'no native CRC-32C for this platform: the checksums of Kafka records are computed in JavaScript, which is slower',
    );
    return crc32cInJavaScript;
  }
}
