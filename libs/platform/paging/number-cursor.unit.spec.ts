import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeNumberCursor, encodeNumberCursor } from '.';

describe('a cursor of numbers', () => {
  it('is decoded to the same numbers', () => {
    fc.assert(
      fc.property(fc.array(fc.maxSafeInteger(), { maxLength: 5 }), (numbers) => {
        expect(decodeNumberCursor('results', encodeNumberCursor('results', numbers), numbers.length)).toEqual(numbers);
      }),
    );
  });

  it.each([
    ['', 'is not valid'],
    ['%%%', 'is not valid'],
    ['x'.repeat(300), 'is not valid'],
    [encodeNumberCursor('results', [1]), 'is not valid'],
    [encodeNumberCursor('results', [1, 0.5]), 'is not valid'],
    [Buffer.from('["results",1,"2"]').toString('base64url'), 'is not valid'],
    [encodeNumberCursor('changes', [1, 2]), 'belongs to another list'],
  ])('refuses %s', (cursor, why) => {
    expect(() => decodeNumberCursor('results', cursor, 2)).toThrow(why);
  });
});
