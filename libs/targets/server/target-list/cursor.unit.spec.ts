import { describe, expect, it } from 'vitest';
import { decodeCursor, encodeCursor, listFingerprint } from './cursor';

const LIST = listFingerprint({ sort: 'ip', order: 'asc', q: undefined });
const refused = expect.objectContaining({ code: 'invalid', errors: [expect.objectContaining({ pointer: '?cursor' })] });

describe('a cursor', () => {
  it('decodes to the position it was made from', () => {
    const position = { value: '192.0.2.7/32', key: 7 };
    expect(decodeCursor(LIST, encodeCursor(LIST, position), 'ip')).toEqual(position);
  });

  it('is refused for another filter or order', () => {
    const other = listFingerprint({ sort: 'ip', order: 'desc', q: undefined });
    expect(() => decodeCursor(other, encodeCursor(LIST, { value: '192.0.2.7/32', key: 1 }), 'ip')).toThrow(refused);
  });

  it.each([
    '',
    'x',
    '!!!',
    Buffer.from('{}').toString('base64url'),
    Buffer.from('["a"]').toString('base64url'),
    'A'.repeat(2_000),
  ])('is refused when it is not valid: %s', (text) => {
    expect(() => decodeCursor(LIST, text, 'ip')).toThrow(refused);
  });

  it.each(['1; DROP TABLE event', 0, -1, 1.5, 2 ** 31, 9_999_999_999, null])('is refused with the key %s', (key) => {
    const forged = Buffer.from(JSON.stringify([LIST, '192.0.2.7/32', key])).toString('base64url');
    expect(() => decodeCursor(LIST, forged, 'ip')).toThrow(refused);
  });

  it.each([
    ['status', '0'],
    ['status', '3'],
    ['ip', '192.0.2.7/32'],
    ['ip', '2001:db8::1/128'],
    ['ip', '::ffff:192.0.2.7/128'],
    ['name', ''],
    ['name', 'größe 1'],
    ['name', '\u{10ffff}'],
    ['tier', 'standard'],
    ['since', '-infinity'],
    ['since', '2026-01-01 00:00:00+00'],
    ['since', '2024-02-29 23:59:59.123456+05:30'],
  ] as const)('by %s may contain %j, as the database formats it', (sort, value) => {
    const position = { value, key: 2 ** 31 - 1 };
    expect(decodeCursor(LIST, encodeCursor(LIST, position), sort)).toEqual(position);
  });

  it.each([
    ['status', 'abc'],
    ['status', '4'],
    ['status', '99999'],
    ['ip', 'abc'],
    ['ip', '192.0.2.7'],
    ['ip', '192.0.2.7/99'],
    ['ip', '192.0.2.256/32'],
    ['ip', 'fe80::1%eth0/128'],
    ['name', 'a\u0000b'],
    ['tier', 'a\u0000b'],
    ['since', 'abc'],
    ['since', 'now'],
    ['since', '2026-02-30 00:00:00+00'],
    ['since', '2026-01-01 25:00:00+00'],
    ['since', '2026-01-01 00:00:00+99'],
    ['since', '0000-01-01 00:00:00+00'],
  ] as const)('by %s is refused with %j', (sort, value) => {
    expect(() => decodeCursor(LIST, encodeCursor(LIST, { value, key: 1 }), sort)).toThrow(refused);
  });

  it('identifies a list by its parameters, regardless of their order', () => {
    expect(listFingerprint({ a: '1', b: undefined })).toBe(listFingerprint({ b: undefined, a: '1' }));
  });
});
