import { describe, expect, it } from 'vitest';
import { CURSOR_VALUES, decodeTextCursor, encodeTextCursor } from '.';

const { date, uuid } = CURSOR_VALUES;
const ID = '01936d2e-7c1a-7b3e-9a51-0242ac120002';

describe('a cursor of texts', () => {
  it('is decoded to the same texts', () => {
    expect(decodeTextCursor('windows', encodeTextCursor('windows', ['2027-03-28', ID]), [date, uuid])).toEqual([
      '2027-03-28',
      ID,
    ]);
    expect(decodeTextCursor('windows', undefined, [uuid])).toBeNull();
  });

  it.each([
    '',
    '%%%',
    'x'.repeat(300),
    Buffer.from('null').toString('base64url'),
    Buffer.from('{"length":2}').toString('base64url'),
    encodeTextCursor('windows', []),
    encodeTextCursor('windows', ['x']),
    encodeTextCursor('targets', [ID]),
    Buffer.from(`["windows","${ID}",1]`).toString('base64url').slice(0, 40),
  ])('refuses %s', (cursor) => {
    expect(() => decodeTextCursor('windows', cursor, [uuid])).toThrow('is not valid');
  });
});
