/** Invisible characters: control, format (bidirectional, zero width), surrogates, line separators and other characters without a glyph. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]/u;
const OTHER_BLANK = /[^\P{Zs} ]/u;

/** The character that replaces invalid UTF-8, for example from a shell with another locale. The original text is lost. */
const REPLACEMENT = /\ufffd/;

/** The rule as text, for documents and OpenAPI descriptions. */
export const PLAIN_TEXT_RULE =
  'no control, invisible or direction characters, no spaces at either end, no space other than U+0020, no U+FFFD, in normal form NFC';

const named = (text: string, pattern: RegExp): string => {
  const point = pattern.exec(text)?.[0].codePointAt(0) ?? 0;
  return `U+${point.toString(16).toUpperCase().padStart(4, '0')}`;
};

/** The rule of `plainLinesFault` as text. */
export const PLAIN_LINES_RULE = 'lines of text with no control, invisible or direction characters, in normal form NFC';

/** Returns the fault of a text of several lines, which may contain line feeds, tabs and indented lines; null if it is valid. */
export function plainLinesFault(text: string): string | null {
  const lines = text.replace(/[\n\t]/g, ' ').trim();
  return lines === '' ? 'is blank' : plainTextFault(lines);
}

/**
 * Returns the fault of a name, tag value or place; null if it is valid. Two valid texts of one script that look the same are equal, and no
 * valid text disturbs a terminal, a log or a page.
 */
export function plainTextFault(text: string): string | null {
  if (UNSEEN.test(text)) return `contains an invisible character (${named(text, UNSEEN)})`;
  if (OTHER_BLANK.test(text)) return `contains a space other than U+0020 (${named(text, OTHER_BLANK)})`;
  if (REPLACEMENT.test(text)) return 'contains U+FFFD: it was not encoded in UTF-8';
  if (text !== text.trim()) return 'begins or ends with a space';
  if (text !== text.normalize('NFC')) return 'is not in Unicode normal form NFC';
  return null;
}
