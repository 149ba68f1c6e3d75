import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compress, decompressBounded, ZstdError } from './zstd';

describe('zstd', () => {
  it('decompresses any bytes within the limit', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 500 }), (bytes) => {
        expect(Uint8Array.from(decompressBounded(compress(bytes), bytes.length))).toEqual(bytes);
      }),
    );
  });

  it('refuses a frame that contains more than the limit', () => {
    const bomb = compress(new Uint8Array(50_000_000));
    expect(bomb.length).toBeLessThan(10_000);
    expect(() => decompressBounded(bomb, 1_000_000)).toThrow(
      expect.objectContaining({ name: 'ZstdError', failure: 'too_large' }),
    );
  });

  it('refuses an incomplete frame with a ZstdError', () => {
    const frame = compress(new TextEncoder().encode('reachable '.repeat(50)));
    for (let length = 1; length < frame.length; length++) {
      expect(() => decompressBounded(frame.subarray(0, length), 10_000)).toThrow(ZstdError);
    }
    expect(() => decompressBounded(Uint8Array.of(1, 2, 3, 4, 5), 100)).toThrow(
      expect.objectContaining({ failure: 'corrupt' }),
    );
  });
});
