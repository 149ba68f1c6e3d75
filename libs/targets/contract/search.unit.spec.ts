import { describe, expect, it } from 'vitest';
import { searchPieces, searchText, tagTerm } from './search';

const target = {
  ip: '192.0.2.17',
  name: 'FRA-Edge-1',
  tags: { site: 'Frankfurt am Main', role: 'edge', note: '"core"' },
};
const finds = (q: string): boolean => searchPieces(q).every((piece) => searchText(target).includes(piece));

describe('a search', () => {
  it.each([
    '',
    '  ',
    '2.17',
    'edge',
    'a-EDGE',
    'FRANK',
    'edge 192.0.2',
    'role=edge',
    'ROLE=EDGE fra',
    'site=',
    '"am main"',
  ])('finds by parts of address, name and tags without case, all terms: %s', (q) => expect(finds(q)).toBe(true));

  it.each(['192.0.3', 'edge core-7', 'role=edg', 'role=edge1', 'rol=edge', 'sit=', 'site=Frankfurt', '"edge 192"'])(
    'does not find what one term is not part of: %s',
    (q) => expect(finds(q)).toBe(false),
  );

  it('finds a tag by the term that is made of it, with blanks and quotes too', () => {
    for (const [key, value] of Object.entries(target.tags)) {
      expect(searchPieces(tagTerm(key, value))).toEqual([`\t${key}=${value}\t`.toLowerCase()]);
      expect(finds(tagTerm(key, value))).toBe(true);
    }
    expect(tagTerm('role', 'edge')).toBe('role=edge');
  });

  it('takes a quote that nothing closes for the rest of the text, and a repeated term once', () => {
    expect(searchPieces('"am main')).toEqual(['am main']);
    expect(searchPieces('edge EDGE edge')).toEqual(['edge']);
  });

  it('finds a letter in either form that Unicode has for it', () => {
    const zurich = 'Zu\u0308rich';
    const named = { ...target, name: `${zurich.normalize('NFC')}-1` };
    expect(searchText(named)).toContain(searchPieces(zurich)[0]);
  });

  it.each([
    ['İstanbul', ['İstanbul', 'İSTANBUL', 'istanbul', 'i']],
    ['ΟΔΟΣ', ['ΟΔΟΣ', 'οδοσ', 'ΟΔ']],
  ])('finds %s as lower case of the database has it, letter by letter', (name, terms) => {
    const text = searchText({ ...target, name, tags: { site: name } });
    for (const q of [...terms, `site=${name}`])
      expect(searchPieces(q).every((piece) => text.includes(piece))).toBe(true);
  });

  it('takes a name for no tag', () => {
    const named = { ...target, name: 'role=router' };
    expect(searchText(named).includes(searchPieces('role=router')[0] ?? '')).toBe(false);
  });
});
