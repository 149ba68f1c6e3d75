import { describe, expect, it } from 'vitest';
import { parseTags, tagTexts } from './tag-text';

describe('parseTags', () => {
  it('reads pairs between blanks and commas', () => {
    expect(parseTags(' site=fra, role=core\nnote=a=b ')).toEqual({ tags: { site: 'fra', role: 'core', note: 'a=b' } });
    expect(parseTags('')).toEqual({ tags: {} });
  });

  it.each(['site', '=fra', 'site=', 'site=fra site=muc'])('refuses %j with a sentence', (text) => {
    expect(parseTags(text)).toHaveProperty('error', expect.stringMatching(/\.$/));
  });

  it('writes what it read, by key', () => {
    expect(tagTexts({ site: 'fra', role: 'core' })).toEqual(['role=core', 'site=fra']);
  });
});
