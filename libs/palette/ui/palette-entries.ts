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

/** Order of a match: 0 if the text begins with the first word, 1 if one of its words does, 2 otherwise. */
function rankOf(entry: PaletteEntry, first: string): number {
  const text = lowerCase(entry.text);
  if (text.startsWith(first)) return 0;
  return text.split(/[\s▸-]+/).some((word) => word.startsWith(first)) ? 1 : 2;
}

/** Returns the entries that contain every word of the text, the best matches of each group first, and at most `max` of each group. */
export function matchEntries(entries: readonly PaletteEntry[], text: string, max: number): PaletteEntry[] {
  const words = wordsOf(text);
  const [first = ''] = words;
  const matching = entries.filter((entry) => {
    const searched = lowerCase(`${entry.text} ${entry.detail ?? ''}`);
    return words.every((word) => searched.includes(word));
  });
  return GROUPS.flatMap((group) =>
    matching
      .filter((entry) => entry.group === group)
      .sort((a, b) => rankOf(a, first) - rankOf(b, first))
      .slice(0, max),
  );
}

/** Returns the entries by group, in the order of the groups; groups without entries are left out. */
export function groupEntries(entries: readonly PaletteEntry[]): { group: PaletteGroup; entries: PaletteEntry[] }[] {
  return GROUPS.map((group) => ({ group, entries: entries.filter((entry) => entry.group === group) })).filter(
    (shown) => shown.entries.length > 0,
  );
}
