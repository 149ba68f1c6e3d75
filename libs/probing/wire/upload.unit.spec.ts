import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readUpload, writeUpload } from '.';
import { BLOCK_BYTES_MAX } from './block-header';
import { blockOf, THREE_ROWS } from './block-fixtures';

const block = blockOf(THREE_ROWS);

describe('an upload', () => {
  it('decodes to the same blocks', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 50 }), { minLength: 1, maxLength: 20 }), (blocks) => {
        expect(readUpload(writeUpload(blocks))).toEqual({ ok: true, blocks });
      }),
    );
  });

  it('with a truncated end yields the complete blocks before it', () => {
    const bytes = writeUpload([block, block]);
    const whole = bytes.length / 2;
    for (let length = 1; length < bytes.length; length++) {
      const read = readUpload(bytes.subarray(0, length));
      if (length === whole) expect(read).toEqual({ ok: true, blocks: [block] });
      else expect(read).toMatchObject({ ok: false, reason: 'torn', blocks: length > whole ? [block] : [] });
    }
  });

  it('is refused when it is empty, has too many blocks, or one that is too large', () => {
    expect(readUpload(new Uint8Array())).toMatchObject({ ok: false, reason: 'empty' });
    expect(readUpload(writeUpload([block, block]), 1)).toMatchObject({ reason: 'too_many', blocks: [block] });
    const huge = new Uint8Array(8);
    new DataView(huge.buffer).setUint32(0, BLOCK_BYTES_MAX + 1, true);
    expect(readUpload(huge)).toMatchObject({ ok: false, reason: 'too_large' });
  });

  it('never throws, for any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        const read = readUpload(bytes, 5);
        expect(read.blocks.length).toBeLessThanOrEqual(5);
      }),
    );
  });
});
