import { splitTerms, tagTerm } from './search';

const SEPARATOR = /[\s,]/;

/** Parses `site=fra "place=am Main"` (separated by blanks, commas or new lines) into tags; returns an error for an invalid text. */
export function parseTags(text: string): { tags: Record<string, string> } | { error: string } {
  const tags: Record<string, string> = {};
  for (const part of splitTerms(text, SEPARATOR)) {
    const at = part.indexOf('=');
    if (at <= 0 || at === part.length - 1) return { error: `"${part}" is not key=value.` };
    const key = part.slice(0, at);
    if (key in tags) return { error: `The key "${key}" appears twice.` };
    tags[key] = part.slice(at + 1);
  }
  return { tags };
}

/** Formats tags as one text that `parseTags` accepts. */
export function tagsAsText(tags: Record<string, string>): string {
  return Object.entries(tags)
    .map(([key, value]) => (value.includes(',') ? `"${key}=${value.replaceAll('"', '""')}"` : tagTerm(key, value)))
    .sort()
    .join(' ');
}

/** Returns the patch between two sets of tags: null for removed tags. */
export function tagChanges(
  before: Record<string, string>,
  after: Record<string, string>,
): Record<string, string | null> {
  const removed = Object.keys(before).filter((key) => !(key in after));
  const changed = Object.entries(after).filter(([key, value]) => before[key] !== value);
  return Object.fromEntries([...removed.map((key) => [key, null] as const), ...changed]);
}
