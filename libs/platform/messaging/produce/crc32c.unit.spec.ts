import { createRequire } from 'node:module';
import fc from 'fast-check';
import crc32cInJavaScript from 'kafkajs/src/protocol/recordBatch/crc32C/index.js';
import { describe, expect, it, vi } from 'vitest';
import { loadCrc32c } from './crc32c';

describe('the CRC-32C of record batches', () => {
  it('is the native one', () => {
    const warn = vi.fn();
    const { crc32c } = createRequire(import.meta.url)('@node-rs/crc32') as { crc32c: unknown };
    expect(loadCrc32c(undefined, warn)).toBe(crc32c);
    expect(warn).not.toHaveBeenCalled();
  });

  it('is the same as the one of kafkajs', () => {
    const crc32c = loadCrc32c();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2_000 }), fc.nat(100), (bytes, from) => {
        const part = bytes.subarray(Math.min(from, bytes.length));
        expect(crc32c(part)).toBe(crc32cInJavaScript(part));
      }),
    );
  });

  it.each([
    [
      'there is none for the platform',
      () => {
        throw new Error('Cannot find native binding.');
      },
      'Cannot find native binding',
    ],
    ['it computes something else', () => ({ crc32c: () => 1 }), 'is 1, not 3808858755'],
    ['the package has no such function', () => ({}), 'not a function'],
  ])('is the one of kafkajs when %s, and the log names the cause', (_, loadNative, cause) => {
    const warn = vi.fn();
    expect(loadCrc32c(loadNative, warn)(Buffer.from('123456789'))).toBe(0xe306_9283);
    const [{ err }, message] = warn.mock.calls[0] as [{ err: Error }, string];
    expect(err.message).toContain(cause);
    expect(message).toContain('no native CRC-32C');
  });
});
