import { describe, expect, it } from 'vitest';
import { inOneLine, isCleanText } from './index';

describe('an external text', () => {
  it.each(['', '0.1.0', 'Köln, Straße 5', '東京', 'a 👍 b'])('is clean: "%s"', (text) => {
    expect(isCleanText(text, 64)).toBe(true);
  });

  it.each([
    ['a NUL', 'a\u0000b'],
    ['a bell', 'a\u0007'],
    ['an escape sequence of a terminal', '\u001b[2Jx'],
    ['a line end', 'a\nb'],
    ['DEL', 'a\u007f'],
    ['a control character of Latin-1', 'a\u0090'],
    ['a lone high surrogate', 'a\ud83d'],
    ['a lone low surrogate', '\udc4db'],
    ['too many characters', 'x'.repeat(65)],
    ['a number instead of a text', 7],
  ])('is not clean with %s', (_, text) => {
    expect(isCleanText(text, 64)).toBe(false);
  });

  it('of a program becomes one line', () => {
    expect(inOneLine('fping: no\r\n\tsuch socket\n')).toBe('fping: no such socket');
  });
});
