import { describe, expect, it } from 'vitest';
import { isReservedName, plainLinesFault, plainTextFault } from './index';

describe('a plain text', () => {
  it.each(['edge-1', 'Zürich HB 1', '東京', 'מרכז', 'a/b (c) – d', ''])('is %s', (text) => {
    expect(plainTextFault(text)).toBeNull();
  });

  it.each([
    ['a\u0000b', 'U+0000'],
    ['a\u0085b', 'U+0085'],
    ['edge\u202e1', 'U+202E'],
    ['a\u2066b', 'U+2066'],
    ['a\u200bb', 'U+200B'],
    ['a\u200db', 'U+200D'],
    ['\ufeffa', 'U+FEFF'],
    ['a\u00adb', 'U+00AD'],
    ['a\u2028b', 'U+2028'],
    ['a\u3164b', 'U+3164'],
    ['a\ufe0fb', 'U+FE0F'],
    ['a\u2800b', 'U+2800'],
    ['a\ud800b', 'U+D800'],
    ['caf\ufffd', 'U+FFFD'],
    ['a\u{e0041}b', 'U+E0041'],
    ['a\u00a0b', 'U+00A0'],
    ['a\u3000b', 'U+3000'],
    [' a', 'begins or ends'],
    ['a ', 'begins or ends'],
    ['Zu\u0308rich', 'NFC'],
  ])('is not %j: %s', (text, why) => {
    expect(plainTextFault(text)).toContain(why);
  });
});

it.each(['__proto__', 'constructor', 'toString', 'valueOf', 'hasOwnProperty', 'prototype', '__defineGetter__'])(
  '%s is a reserved name',
  (name) => {
    expect(isReservedName(name)).toBe(true);
  },
);

describe('a text of several lines', () => {
  it('has line feeds, tabs and indented lines', () => {
    expect(plainLinesFault('Rack 7\n\tport 12\n\n  spare\n')).toBeNull();
  });

  it.each([
    ['', 'is blank'],
    [' \n\t', 'is blank'],
    ['a\u202eb', 'contains an invisible character (U+202E)'],
    ['a\r\nb', 'contains an invisible character (U+000D)'],
    ['a\u00a0b', 'contains a space other than U+0020 (U+00A0)'],
  ])('has the fault of its characters: %j', (text, fault) => {
    expect(plainLinesFault(text)).toBe(fault);
  });
});
