import { type Keyword, KEYWORDS } from './target-filter';

export interface Token {
  /** `string`: text in double quotes; `open`: such a text without its closing quote. */
  kind: 'word' | 'string' | 'open' | 'symbol' | 'end';
  /** Content: of a string without its quotes, of the end empty. */
  text: string;
  offset: number;
  length: number;
}

const SYMBOL = /(?:!=|[(),=~])/y;
const STRING = /"((?:[^"]|"")*)("?)/y;
const WORD = /(?:[^\s(),=~"!]|!(?!=))+/y;
const BLANKS = /\s*/y;

/** Returns the match of a sticky pattern at an offset, or null. */
function matchAt(pattern: RegExp, text: string, offset: number): RegExpExecArray | null {
  pattern.lastIndex = offset;
  return pattern.exec(text);
}

/** Splits a filter into words, quoted strings (`""` in them is a quote) and symbols; the last token is the end. */
export function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  for (let offset = skipBlanks(text, 0); offset < text.length;) {
    const token = tokenAt(text, offset);
    tokens.push(token);
    offset = skipBlanks(text, offset + token.length);
  }
  tokens.push({ kind: 'end', text: '', offset: text.length, length: 0 });
  return tokens;
}

const skipBlanks = (text: string, offset: number): number => offset + (matchAt(BLANKS, text, offset)?.[0].length ?? 0);

function tokenAt(text: string, offset: number): Token {
  const symbol = matchAt(SYMBOL, text, offset);
  if (symbol !== null) return { kind: 'symbol', text: symbol[0], offset, length: symbol[0].length };
  const string = matchAt(STRING, text, offset);
  if (string !== null) {
    const [whole, content, closing] = string;
    const kind = closing === '' ? 'open' : 'string';
    return { kind, text: content.replaceAll('""', '"').normalize('NFC'), offset, length: whole.length };
  }
  const [word] = matchAt(WORD, text, offset) ?? [text.charAt(offset)];
  return { kind: 'word', text: word.normalize('NFC'), offset, length: word.length };
}

const NEEDS_QUOTES = /[\s(),=~"*?]|!=/;

export const isKeyword = (word: string): word is Keyword => KEYWORDS.some((keyword) => keyword === word);

/** Returns a value as it is written in a filter: in quotes where it would otherwise be read differently. */
export function quoted(text: string, keepsWildcards = false): string {
  const plain = keepsWildcards ? text.replace(/[*?]/g, '') : text;
  const isRead = text !== '' && !NEEDS_QUOTES.test(plain) && !isKeyword(text.toUpperCase());
  return isRead ? text : `"${text.replaceAll('"', '""')}"`;
}
