import { splitTerms, tagTerm } from '@icmp-mon/targets/contract';

const SEPARATOR = /[\s,]/;

/** Reads `site=fra "place=am Main"` (blanks, commas or new lines between) into tags, or says what is wrong. */
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

/** Tags as they are written in the filter, by key: `site=fra`. */
export function tagTexts(tags: Record<string, string>): string[] {
  return Object.keys(tags)
    .sort((a, b) => a.localeCompare(b))
    .map((key) => `${key}=${tags[key]}`);
}

/** The same as a text that `parseTags` reads. */
export function tagsAsText(tags: Record<string, string>): string {
  return Object.entries(tags)
    .map(([key, value]) => (value.includes(',') ? `"${key}=${value.replaceAll('"', '""')}"` : tagTerm(key, value)))
    .sort()
    .join(' ');
}

/** What is to be sent so that tags become others: null for those that go. */
export function tagChanges(
  before: Record<string, string>,
  after: Record<string, string>,
): Record<string, string | null> {
  const removed = Object.keys(before).filter((key) => !(key in after));
  const changed = Object.entries(after).filter(([key, value]) => before[key] !== value);
  return Object.fromEntries([...removed.map((key) => [key, null] as const), ...changed]);
}
