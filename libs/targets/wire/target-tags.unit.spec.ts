import { tagsFault } from '@icmp-mon/platform/text';
import { describe, expect, it } from 'vitest';
import { TARGET_TAGS } from './target-tags';

const areTags = (tags: unknown): boolean => tagsFault(tags, TARGET_TAGS) === null;
const { tagsMax: TAGS_MAX } = TARGET_TAGS;

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
    [{ a: 'reversed \u202e text' }],
    [{ a: 'zero\u200bwidth' }],
    [{ a: ' blank' }],
    [{ constructor: 'x' }],
    [{ toString: 'x' }],
    [JSON.parse('{"__proto__":"x"}')],
    [{ a: 'x'.repeat(201) }],
    [{ ['k'.repeat(64)]: 'x' }],
    [Object.fromEntries(Array.from({ length: TAGS_MAX + 1 }, (_, index) => [`k${index}`, 'x']))],
  ])('refuses %j', (tags) => {
    expect(areTags(tags)).toBe(false);
  });

  it('name the key when they are refused', () => {
    expect(tagsFault({ site: 'fra', valueOf: 'x' }, TARGET_TAGS)).toContain('"valueOf" is a reserved name');
    expect(tagsFault({ site: 'f\u200bra' }, TARGET_TAGS)).toContain('the value of "site"');
  });
});
