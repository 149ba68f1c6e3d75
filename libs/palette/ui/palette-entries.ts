import type { Status } from '@icmp-mon/status/contract';
import { lowerCase } from '@icmp-mon/targets/contract';

export const GROUPS = ['Pages', 'Actions', 'On this page', 'Agents', 'Targets'] as const;
export type PaletteGroup = (typeof GROUPS)[number];

/** One line of the palette. */
export interface PaletteEntry {
  /** Unique in the palette, and the same after the list changed. */
  id: string;
  group: PaletteGroup;
  text: string;
  /** Further text, which is also searched. */
  detail?: string;
  /** Its shortcut. */
  keys?: string;
  status?: Status;
  run: () => void;
}

const wordsOf = (text: string): string[] => lowerCase(text).split(/\s+/).filter(Boolean);

/** Order of a match: 0 if the text begins with all that is typed, 1 with the first word, 2 if one of its words does, 3 otherwise. */
function rankOf(entry: PaletteEntry, words: readonly string[]): number {
  const text = lowerCase(entry.text);
  const [first = ''] = words;
  if (text.startsWith(words.join(' '))) return 0;
  if (text.startsWith(first)) return 1;
  return text.split(/[\s▸-]+/).some((word) => word.startsWith(first)) ? 2 : 3;
}

/** Returns the entries that contain every word of the text, the best matches of each group first, and at most `max` of each group. */
export function matchEntries(entries: readonly PaletteEntry[], text: string, max: number): PaletteEntry[] {
  const words = wordsOf(text);
  const matching = entries.filter((entry) => {
    const searched = lowerCase(`${entry.text} ${entry.detail ?? ''}`);
    return words.every((word) => searched.includes(word));
  });
  return GROUPS.flatMap((group) =>
    matching
      .filter((entry) => entry.group === group)
      .sort((a, b) => rankOf(a, words) - rankOf(b, words))
      .slice(0, max),
  );
}

/** Returns the entries by group, in the order of the groups; groups without entries are left out. */
export function groupEntries(entries: readonly PaletteEntry[]): { group: PaletteGroup; entries: PaletteEntry[] }[] {
  return GROUPS.map((group) => ({ group, entries: entries.filter((entry) => entry.group === group) })).filter(
    (shown) => shown.entries.length > 0,
  );
}
