import { describe, expect, it } from 'vitest';
import { parseTags, tagChanges, tagsAsText, tagTexts } from './tag-text';

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

  it('reads again what it has written, with blanks, commas and quotes too', () => {
    const tags = { site: 'fra', place: 'Frankfurt am Main', note: 'a, b "c"', list: 'a,b' };
    expect(parseTags(tagsAsText(tags))).toEqual({ tags });
    expect(tagsAsText({ site: 'fra', role: 'core' })).toBe('role=core site=fra');
  });

  it('sends what becomes another, and null for what goes', () => {
    expect(tagChanges({ site: 'fra', role: 'core' }, { site: 'muc', rack: '1' })).toEqual({
      ...{ role: null, site: 'muc', rack: '1' },
    });
    expect(tagChanges({ site: 'fra' }, { site: 'fra' })).toEqual({});
  });
});
