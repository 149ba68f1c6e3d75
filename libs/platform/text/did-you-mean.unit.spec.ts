import { describe, expect, it } from 'vitest';
import { didYouMean, nearestName } from './did-you-mean';

const NAMES = ['standard', 'fast', 'name', 'tags', 'tier'];

describe('an unknown name', () => {
  it.each([
    ['standart', 'standard'],
    ['satndard', 'standard'],
    ['Standard', 'standard'],
    ['fats', 'fast'],
    ['tag', 'tags'],
    ['tire', 'tier'],
    ['nmae', 'name'],
  ])('%s probably means %s', (text, name) => expect(nearestName(text, NAMES)).toBe(name));

  it.each(['', 'gold', 'x', 'description'])('"%s" is similar to none', (text) =>
    expect(nearestName(text, NAMES)).toBeNull(),
  );

  it('selects the most similar of several', () =>
    expect(nearestName('stanard', ['standards', 'standard'])).toBe('standard'));

  it('ends a sentence', () => {
    expect(didYouMean('fasst', NAMES)).toBe('; did you mean "fast"?');
    expect(didYouMean('slow', NAMES)).toBe('.');
  });

  it('is compared by its first letters if it is long', () => {
    expect(nearestName('x'.repeat(100_000), NAMES)).toBeNull();
  });

  it('may be limited to fewer edits than the length allows', () => {
    expect(nearestName('static', ['status'])).toBe('status');
    expect(nearestName('static', ['status'], 1)).toBeNull();
    expect(nearestName('staus', ['status'], 1)).toBe('status');
  });
});
