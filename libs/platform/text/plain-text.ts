/** Control, format (bidirectional, zero width) and private surrogate characters, line separators, and others without a shape. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]/u;
const OTHER_BLANK = /[^\P{Zs} ]/u;

/** Replaces bytes that are not valid UTF-8, for example from a shell with another locale. The original text is lost. */
const REPLACEMENT = /\ufffd/;

/** The rule in words, for documents and descriptions. */
export const PLAIN_TEXT_RULE =
  'no control, invisible or direction characters, no blanks at either end, no blank but the plain one, no U+FFFD, in normal form NFC';

const named = (text: string, pattern: RegExp): string => {
  const point = pattern.exec(text)?.[0].codePointAt(0) ?? 0;
  return `U+${point.toString(16).toUpperCase().padStart(4, '0')}`;
};

/**
 * Why a name, tag value or place is refused; null for one that is fine. Two texts that pass and look the same are the
 * same, as far as one script goes, and none of them disturbs a terminal, a log or a page.
 */
export function plainTextFault(text: string): string | null {
  if (UNSEEN.test(text)) return `holds a character that is not seen (${named(text, UNSEEN)})`;
  if (OTHER_BLANK.test(text)) return `holds a blank other than the plain one (${named(text, OTHER_BLANK)})`;
  if (REPLACEMENT.test(text)) return 'holds U+FFFD: it was written in another encoding than UTF-8';
  if (text !== text.trim()) return 'begins or ends with a blank';
  if (text !== text.normalize('NFC')) return 'is not in Unicode normal form NFC';
  return null;
}
