import { describe, expect, it } from 'vitest';
import { parseTags, tagChanges, tagsAsText, tagTexts } from './tag-text';

describe('parseTags', () => {
  it('parses pairs separated by blanks and commas', () => {
    expect(parseTags(' site=fra, role=core\nnote=a=b ')).toEqual({ tags: { site: 'fra', role: 'core', note: 'a=b' } });
    expect(parseTags('')).toEqual({ tags: {} });
  });

  it.each(['site', '=fra', 'site=', 'site=fra site=muc'])('refuses %j with an error sentence', (text) => {
    expect(parseTags(text)).toHaveProperty('error', expect.stringMatching(/\.$/));
  });

  it('formats tags by key', () => {
    expect(tagTexts({ site: 'fra', role: 'core' })).toEqual(['role=core', 'site=fra']);
  });

  it('parses its own format, even with blanks, commas and quotes', () => {
    const tags = { site: 'fra', place: 'Frankfurt am Main', note: 'a, b "c"', list: 'a,b' };
    expect(parseTags(tagsAsText(tags))).toEqual({ tags });
    expect(tagsAsText({ site: 'fra', role: 'core' })).toBe('role=core site=fra');
  });

  it('contains changed tags, and null for removed ones', () => {
    expect(tagChanges({ site: 'fra', role: 'core' }, { site: 'muc', rack: '1' })).toEqual({
      ...{ role: null, site: 'muc', rack: '1' },
    });
    expect(tagChanges({ site: 'fra' }, { site: 'fra' })).toEqual({});
  });
});
