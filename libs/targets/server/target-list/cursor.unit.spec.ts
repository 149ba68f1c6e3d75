import { describe, expect, it } from 'vitest';
import { decodeCursor, encodeCursor, listFingerprint } from './cursor';

const LIST = listFingerprint({ sort: 'ip', order: 'asc', q: undefined });
const refused = expect.objectContaining({ code: 'invalid', errors: [expect.objectContaining({ pointer: '?cursor' })] });

describe('a cursor', () => {
  it('gives back the position it was made of', () => {
    const position = { value: '192.0.2.7/32', key: 7 };
    expect(decodeCursor(LIST, encodeCursor(LIST, position))).toEqual(position);
  });

  it('is refused for another filter or order', () => {
    const other = listFingerprint({ sort: 'ip', order: 'desc', q: undefined });
    expect(() => decodeCursor(other, encodeCursor(LIST, { value: 'x', key: 1 }))).toThrow(refused);
  });

  it.each([
    '',
    'x',
    '!!!',
    Buffer.from('{}').toString('base64url'),
    Buffer.from('["a"]').toString('base64url'),
    'A'.repeat(2_000),
  ])('is refused when it is none of ours: %s', (text) => {
    expect(() => decodeCursor(LIST, text)).toThrow(refused);
  });

  it('is refused when its key is no number', () => {
    const forged = Buffer.from(JSON.stringify([LIST, 'x', '1; DROP TABLE event'])).toString('base64url');
    expect(() => decodeCursor(LIST, forged)).toThrow(refused);
  });

  it('names a list by what it holds, not by the order of its parameters', () => {
    expect(listFingerprint({ a: '1', b: undefined })).toBe(listFingerprint({ b: undefined, a: '1' }));
  });
});
