/**
 * Where a spreadsheet program may take a text for a formula: at the start of a cell, and, because the program may separate cells by another
 * letter than the file, after each semicolon, tab and line break within it. Followed by quotes and a letter of formulas, also in full width.
 */
const BEGIN = '(?<=^|[;\\t\\r\\n])';
const FORMULA = `(?=['"]*[=+\\-@\\t\\r＝＋－＠])`;
const UNGUARDED = new RegExp(`${BEGIN}${FORMULA}`, 'gu');
const GUARDED = new RegExp(`${BEGIN}'${FORMULA}`, 'gu');

/** Returns a text as a cell that no spreadsheet program takes for a formula: `'` is put before each one. */
export const guardedCell = (text: string): string => text.replace(UNGUARDED, `'`);

/** Returns the text of a cell: the reverse of `guardedCell`. */
export const unguardedText = (cell: string): string => cell.replace(GUARDED, '');
