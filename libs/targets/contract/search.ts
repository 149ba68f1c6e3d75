/** The members of a target that a search matches. */
interface Searched {
  /** Canonical text form of the address. */
  ip: string;
  name: string | null;
  tags: Readonly<Record<string, string>>;
}

/** Most terms of one search. */
export const SEARCH_TERMS_MAX = 8;

const TAG_TERM = /^[a-z0-9][a-z0-9_.-]*=/;
const NEEDS_QUOTES = /[\s"]/;

/**
 * Returns the searched text of a target, in lower case:
 *
 *   "\n" address "\n" name "\n"  ("\t" key "=" value "\t")*      tags sorted
 *
 * - Substring search: a target matches if this text contains every piece of `searchPieces`.
 * - Separators: names and tags contain neither line feeds nor tabs, so a piece never spans two members, and a piece with a tab at both
 *   ends matches only a whole tag.
 * - Same text everywhere: the database computes it by a trigger for `target_search`, the portal by this function.
 */
export function searchText({ ip, name, tags }: Searched): string {
  const ofTags = Object.entries(tags).map(([key, value]) => `\t${key}=${value}\t`);
  return lowerCase(`\n${ip}\n${name ?? ''}\n${ofTags.sort().join('')}`);
}

/**
 * Returns the pieces that `searchText` must contain, one per term. Terms are separated by blanks, except in double quotes (where `""` is
 * a quote). `key=value` matches a whole tag, `key=` any tag with that key, any other term a part of an address, a name or a tag.
 */
export function searchPieces(q: string): string[] {
  // Names and tags are stored in NFC; a keyboard or a file name may produce another form.
  return splitTerms(lowerCase(q.normalize('NFC'))).map((term) => {
    const key = TAG_TERM.exec(term)?.[0];
    if (key === undefined) return term;
    return key === term ? `\t${term}` : `\t${term}\t`;
  });
}

/** Lower-cases letter by letter, like the database: JavaScript makes İ two letters, and lower-cases Σ depending on its neighbours. */
export function lowerCase(text: string): string {
  return text.replaceAll('İ', 'i').replaceAll('Σ', 'σ').toLowerCase();
}

/** Returns the search term that matches a tag. */
export function tagTerm(key: string, value: string): string {
  const term = `${key}=${value}`;
  return NEEDS_QUOTES.test(term) ? `"${term.replaceAll('"', '""')}"` : term;
}

/** Splits a text at separators and removes duplicates; double quotes keep a part together, and `""` in them is a quote. */
export function splitTerms(q: string, separator = /\s/): string[] {
  const found: string[] = [];
  let term = '';
  let quoted = false;
  for (let at = 0; at < q.length; at++) {
    const char = q[at] ?? '';
    if (quoted && char === '"' && q[at + 1] === '"') {
      term += '"';
      at++;
    } else if (char === '"') {
      quoted = !quoted;
    } else if (!quoted && separator.test(char)) {
      found.push(term);
      term = '';
    } else {
      term += char;
    }
  }
  return [...new Set([...found, term])].filter((text) => text !== '');
}
