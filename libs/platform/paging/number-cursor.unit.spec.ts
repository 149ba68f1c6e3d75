import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeNumberCursor, encodeNumberCursor } from '.';

describe('a cursor of numbers', () => {
  it('comes back as it was', () => {
    fc.assert(
      fc.property(fc.array(fc.maxSafeInteger(), { maxLength: 5 }), (numbers) => {
        expect(decodeNumberCursor('results', encodeNumberCursor('results', numbers), numbers.length)).toEqual(numbers);
      }),
    );
  });

  it.each([
    ['', 'is not one that a page gave'],
    ['%%%', 'is not one that a page gave'],
    ['x'.repeat(300), 'is not one that a page gave'],
    [encodeNumberCursor('results', [1]), 'is not one that a page gave'],
    [encodeNumberCursor('results', [1, 0.5]), 'is not one that a page gave'],
    [Buffer.from('["results",1,"2"]').toString('base64url'), 'is not one that a page gave'],
    [encodeNumberCursor('changes', [1, 2]), 'belongs to another list'],
  ])('refuses %s', (cursor, why) => {
    expect(() => decodeNumberCursor('results', cursor, 2)).toThrow(why);
  });
});
