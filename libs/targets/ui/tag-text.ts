export { parseTags, tagChanges, tagsAsText } from '@icmp-mon/targets/contract';

/** Formats tags as in the filter, ordered by key: `site=fra`. */
export function tagTexts(tags: Record<string, string>): string[] {
  return Object.keys(tags)
    .sort((a, b) => a.localeCompare(b))
    .map((key) => `${key}=${tags[key]}`);
}
