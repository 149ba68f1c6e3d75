/** Reads `site=fra role=core` (blanks, commas or new lines between) into tags, or says what is wrong. */
export function parseTags(text: string): { tags: Record<string, string> } | { error: string } {
  const tags: Record<string, string> = {};
  for (const part of text.split(/[\s,]+/).filter((piece) => piece !== '')) {
    const at = part.indexOf('=');
    if (at <= 0 || at === part.length - 1) return { error: `"${part}" is not key=value.` };
    const key = part.slice(0, at);
    if (key in tags) return { error: `The key "${key}" is there twice.` };
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
