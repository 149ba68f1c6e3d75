import { createRequire } from 'node:module';
import fc from 'fast-check';
import crc32cInJavaScript from 'kafkajs/src/protocol/recordBatch/crc32C/index.js';
import { describe, expect, it, vi } from 'vitest';
import { loadCrc32c } from './crc32c';

describe('the CRC-32C of record batches', () => {
  it('is computed by the native function', () => {
    const warn = vi.fn();
    const { crc32c } = createRequire(import.meta.url)('@node-rs/crc32') as { crc32c: unknown };
    expect(loadCrc32c(undefined, warn)).toBe(crc32c);
    expect(warn).not.toHaveBeenCalled();
  });

  it('equals the one of kafkajs', () => {
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
      'there is no native one for the platform',
      () => {
        throw new Error('Cannot find native binding.');
      },
      'Cannot find native binding',
    ],
    ['the native one returns a wrong value', () => ({ crc32c: () => 1 }), 'is 1, not 3808858755'],
    ['the package has no such function', () => ({}), 'not a function'],
  ])('is computed by kafkajs when %s, and the cause is logged', (_, loadNative, cause) => {
    const warn = vi.fn();
    expect(loadCrc32c(loadNative, warn)(Buffer.from('123456789'))).toBe(0xe306_9283);
    const [{ err }, message] = warn.mock.calls[0] as [{ err: Error }, string];
    expect(err.message).toContain(cause);
    expect(message).toContain('no native CRC-32C');
  });
});
