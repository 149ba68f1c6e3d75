/** Letters at which a spreadsheet program takes a cell for a formula; also their full-width forms. */
const FORMULA = /^'*[=+\-@\t\r＝＋－＠]/u;
const GUARDED = /^'+[=+\-@\t\r＝＋－＠]/u;

/** Returns a text as a cell that no spreadsheet program takes for a formula: `'` is put before it. */
export const guardedCell = (text: string): string => (FORMULA.test(text) ? `'${text}` : text);

/** Returns the text of a cell: the reverse of `guardedCell`. */
export const unguardedText = (cell: string): string => (GUARDED.test(cell) ? cell.slice(1) : cell);
