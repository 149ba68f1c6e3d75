import { describe, expect, it } from 'vitest';
import { areTags, TAGS_MAX } from './tags';

describe('tags', () => {
  it.each([[{}], [{ site: 'fra' }], [{ 'a.b_c-1': 'Zürich 1' }], [{ a: 'x'.repeat(200) }]])('accepts %j', (tags) => {
    expect(areTags(tags)).toBe(true);
  });

  it.each([
    [null],
    [[]],
    ['a=b'],
    [{ '': 'x' }],
    [{ '-a': 'x' }],
    [{ 'a b': 'x' }],
    [{ a: '' }],
    [{ a: 1 }],
    [{ a: 'line\nbreak' }],
    [{ a: 'x'.repeat(201) }],
    [{ ['k'.repeat(64)]: 'x' }],
    [Object.fromEntries(Array.from({ length: TAGS_MAX + 1 }, (_, index) => [`k${index}`, 'x']))],
  ])('refuses %j', (tags) => {
    expect(areTags(tags)).toBe(false);
  });
});
