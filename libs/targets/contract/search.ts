/** What a search looks at. */
interface Searched {
  /** Canonical text form of the address. */
  ip: string;
  name: string | null;
  tags: Readonly<Record<string, string>>;
}

/** Terms of one search. */
export const SEARCH_TERMS_MAX = 8;

const TAG_TERM = /^[a-z0-9][a-z0-9_.-]*=/;
const NEEDS_QUOTES = /[\s"]/;

/**
 * The text that searches look at, in lower case: address and name between line feeds, each tag between tabs. Neither is in a name
 * or a tag, so that a piece with a tab is a whole tag.
 */
export function searchText({ ip, name, tags }: Searched): string {
  const ofTags = Object.entries(tags).map(([key, value]) => `\t${key}=${value}\t`);
  return lowerCase(`\n${ip}\n${name ?? ''}\n${ofTags.sort().join('')}`);
}

/**
 * What `searchText` must hold for a search: one piece a term, all of them. Terms have blanks between, unless in double quotes
 * (`""` is a quote there). `key=value` is a whole tag, `key=` any tag of that key, any other term a part of an address, a name or a tag.
 */
export function searchPieces(q: string): string[] {
  // Names and tags are in this form, whichever a keyboard or a file's name has.
  return splitTerms(lowerCase(q.normalize('NFC'))).map((term) => {
    if (!TAG_TERM.test(term)) return term;
    return term.endsWith('=') ? `\t${term}` : `\t${term}\t`;
  });
}

/** Letter by letter, as the database has it: in JavaScript İ becomes two letters, and Σ depends on the letters around it. */
function lowerCase(text: string): string {
  return text.replaceAll('İ', 'i').replaceAll('Σ', 'σ').toLowerCase();
}

/** The term that finds a tag. */
export function tagTerm(key: string, value: string): string {
  const term = `${key}=${value}`;
  return NEEDS_QUOTES.test(term) ? `"${term.replaceAll('"', '""')}"` : term;
}

/** The parts of a text between separators, each once; double quotes hold a part together, and `""` is a quote in them. */
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
