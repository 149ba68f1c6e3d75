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
  ])('matches parts of address, name and tags, ignoring case, if all terms match: %s', (q) =>
    expect(finds(q)).toBe(true),
  );

  it.each(['192.0.3', 'edge core-7', 'role=edg', 'role=edge1', 'rol=edge', 'sit=', 'site=Frankfurt', '"edge 192"'])(
    'does not match if one term does not: %s',
    (q) => expect(finds(q)).toBe(false),
  );

  it('matches a whole tag also if its value ends with an equals sign', () => {
    const [key, value] = ['id', 'ab='];
    const isFound = (tag: string): boolean =>
      searchText({ ...target, tags: { [key]: tag } }).includes(searchPieces(tagTerm(key, value))[0] ?? '');
    expect([isFound('ab='), isFound('ab=c')]).toEqual([true, false]);
  });

  it('matches a tag by its own term, even with blanks and quotes', () => {
    for (const [key, value] of Object.entries(target.tags)) {
      expect(searchPieces(tagTerm(key, value))).toEqual([`\t${key}=${value}\t`.toLowerCase()]);
      expect(finds(tagTerm(key, value))).toBe(true);
    }
    expect(tagTerm('role', 'edge')).toBe('role=edge');
  });

  it('extends an unclosed quote to the end of the text, and removes repeated terms', () => {
    expect(searchPieces('"am main')).toEqual(['am main']);
    expect(searchPieces('edge EDGE edge')).toEqual(['edge']);
  });

  it('matches a letter in both of its Unicode forms', () => {
    const zurich = 'Zu\u0308rich';
    const named = { ...target, name: `${zurich.normalize('NFC')}-1` };
    expect(searchText(named)).toContain(searchPieces(zurich)[0]);
  });

  it.each([
    ['İstanbul', ['İstanbul', 'İSTANBUL', 'istanbul', 'i']],
    ['ΟΔΟΣ', ['ΟΔΟΣ', 'οδοσ', 'ΟΔ']],
  ])('matches %s with the lower case of the database, letter by letter', (name, terms) => {
    const text = searchText({ ...target, name, tags: { site: name } });
    for (const q of [...terms, `site=${name}`])
      expect(searchPieces(q).every((piece) => text.includes(piece))).toBe(true);
  });

  it('does not match a name as a tag', () => {
    const named = { ...target, name: 'role=router' };
    expect(searchText(named).includes(searchPieces('role=router')[0] ?? '')).toBe(false);
  });
});
