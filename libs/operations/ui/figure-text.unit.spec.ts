// The entry of the UI kit also exports components, which need the compiler outside a build.
import '@angular/compiler';
import { describe, expect, it } from 'vitest';
import { figureText } from './figure-text';

describe('figureText', () => {
  it.each([
    [null, 'count', '–'],
    [1234567, 'count', '1,234,567'],
    [0.012, 'seconds', '12 ms'],
    [42.6, 'seconds', '42 s'],
    [1536, 'bytes', '1.5 KiB'],
    [-2048, 'bytesPerDay', '−2.0 KiB'],
    [3.21, 'days', '3.2 d'],
    [5000, 'days', 'over 2 years'],
    ['projector', 'text', 'projector'],
  ] as const)('%s %s is %s', (value, unit, text) => expect(figureText(value, unit)).toBe(text));
});
