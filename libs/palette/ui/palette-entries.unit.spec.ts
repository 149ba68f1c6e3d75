import { describe, expect, it } from 'vitest';
import { groupEntries, matchEntries, type PaletteEntry, type PaletteGroup } from './palette-entries';

const entry = (group: PaletteGroup, text: string, detail = ''): PaletteEntry => ({
  ...{ id: `${group} ${text}`, group, text, detail, run: () => undefined },
});
const entries = [
  entry('Agents', 'core-tar-1', 'fra · carrier-a'),
  entry('Agents', 'tar-1', 'ber · carrier-b'),
  entry('Actions', 'Add target', 'an address or a block'),
  entry('Actions', 'Add agent', 'a vantage point'),
  entry('Pages', 'Targets'),
  entry('Pages', 'Dashboard'),
  entry('Agents', 'guitar', 'fra · carrier-b'),
];
const found = (text: string, max = 10): string[] => matchEntries(entries, text, max).map((match) => match.text);

describe('the entries of the palette', () => {
  it('match every word of the text, in any case and order, in their text or detail', () => {
    expect(found('CARRIER-B')).toEqual(['tar-1', 'guitar']);
    expect(found('fra tar')).toEqual(['core-tar-1', 'guitar']);
    expect(found('target add')).toEqual(['Add target']);
    expect(found('nothing')).toEqual([]);
  });

  it('are in the order of the groups, the best matches first', () => {
    expect(found('tar')).toEqual(['Targets', 'Add target', 'tar-1', 'core-tar-1', 'guitar']);
    expect(found('tar', 1)).toEqual(['Targets', 'Add target', 'tar-1']);
    expect(found('').slice(0, 2)).toEqual(['Targets', 'Dashboard']);
  });

  it('are first the ones that begin with the typed text', () => {
    expect(found('add')).toEqual(['Add target', 'Add agent']);
    expect(found('add a')).toEqual(['Add agent', 'Add target']);
    expect(found('Add  T')).toEqual(['Add target', 'Add agent']);
  });

  it('are grouped, without empty groups', () => {
    const groups = groupEntries(matchEntries(entries, 'tar', 1));
    expect(groups.map(({ group }) => group)).toEqual(['Pages', 'Actions', 'Agents']);
  });
});
