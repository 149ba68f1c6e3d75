import { describe, expect, it } from 'vitest';
import { didYouMean, nearestName } from './did-you-mean';

const NAMES = ['standard', 'fast', 'name', 'tags', 'tier'];

describe('a name that is not there', () => {
  it.each([
    ['standart', 'standard'],
    ['satndard', 'standard'],
    ['Standard', 'standard'],
    ['fats', 'fast'],
    ['tag', 'tags'],
    ['tire', 'tier'],
    ['nmae', 'name'],
  ])('%s was probably %s', (text, name) => expect(nearestName(text, NAMES)).toBe(name));

  it.each(['', 'gold', 'x', 'description'])('"%s" was none of them', (text) =>
    expect(nearestName(text, NAMES)).toBeNull(),
  );

  it('takes the nearest of several', () => expect(nearestName('stanard', ['standards', 'standard'])).toBe('standard'));

  it('ends a sentence', () => {
    expect(didYouMean('fasst', NAMES)).toBe('; did you mean "fast"?');
    expect(didYouMean('slow', NAMES)).toBe('.');
  });

  it('is compared by its beginning when it is long', () => {
    expect(nearestName('x'.repeat(100_000), NAMES)).toBeNull();
  });
});
