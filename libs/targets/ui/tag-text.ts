export { parseTags, tagsAsText } from '@icmp-mon/targets/contract';

/** Formats tags as in the filter, ordered by key: `site=fra`. */
export function tagTexts(tags: Record<string, string>): string[] {
  return Object.keys(tags)
    .sort((a, b) => a.localeCompare(b))
    .map((key) => `${key}=${tags[key]}`);
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
