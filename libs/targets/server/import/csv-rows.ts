import { FileFault } from './file-fault';
import { RECORD_LENGTH_MAX } from './file-record';

/** A row of a CSV file: the line at which it begins, and its cells, or why they cannot be separated. */
export type CsvRow = { line: number } & ({ cells: string[] } | { fault: string });

interface Taken {
  row: Omit<CsvRow, 'line'> & ({ cells: string[] } | { fault: string });
  /** Position after the row. */
  next: number;
}

const QUOTE = '"';
const NOT_CLOSED = 'a quote is opened and never closed';

/**
 * Splits CSV (RFC 4180) that arrives in pieces into rows. Rows end with LF or CR LF; quoted cells may contain separators, line breaks and
 * doubled quotes. Empty rows are left out. A quote within a cell that is not quoted is a letter.
 */
export class CsvRows {
  private rest = '';
  line = 1;

  constructor(private readonly separator: string) {}

  *splitPiece(piece: string): Generator<CsvRow> {
    const text = this.rest + piece;
    let at = 0;
    for (let taken = this.takeRow(text, at, false); taken !== null; taken = this.takeRow(text, at, false)) {
      yield* this.rowOf(text, at, taken);
      at = taken.next;
    }
    this.rest = text.slice(at);
    this.requireShort(this.rest.length);
  }

  *splitRest(): Generator<CsvRow> {
    const text = this.rest;
    this.rest = '';
    if (text === '') return;
    const taken = this.takeRow(text, 0, true);
    if (taken === null) throw new FileFault(`${NOT_CLOSED}. Close it, or double each quote within a cell.`, this.line);
    yield* this.rowOf(text, 0, taken);
  }

  private requireShort(length: number): void {
    if (length <= RECORD_LENGTH_MAX) return;
    const detail = `is longer than ${RECORD_LENGTH_MAX} characters. Is a quote opened and never closed?`;
    throw new FileFault(detail, this.line);
  }

  private *rowOf(text: string, at: number, { row, next }: Taken): Generator<CsvRow> {
    this.requireShort(next - at);
    const { line } = this;
    for (let feed = text.indexOf('\n', at); feed !== -1 && feed < next; feed = text.indexOf('\n', feed + 1))
      this.line += 1;
    const isEmpty = 'cells' in row && row.cells.length === 1 && row.cells[0] === '';
    if (!isEmpty) yield { line, ...row };
  }

  /** Returns the row at a position; null if the text ends before it does. */
  private takeRow(text: string, from: number, isLast: boolean): Taken | null {
    const cells: string[] = [];
    let fault: string | null = null;
    let at = from;
    for (;;) {
      const cell = text[at] === QUOTE ? this.quoted(text, at, isLast) : this.plain(text, at, isLast);
      if (cell === null) return null;
      cells.push(cell.value);
      if (cell.isBroken) fault ??= `column ${cells.length} has text after its closing quote`;
      at = cell.next;
      if (text[at] === this.separator) at += 1;
      else break;
    }
    const next = Math.min(at + (text[at] === '\r' ? 2 : 1), text.length);
    return { row: fault === null ? { cells } : { fault }, next };
  }

  private plain(
    text: string,
    from: number,
    isLast: boolean,
  ): { value: string; next: number; isBroken?: boolean } | null {
    let end = from;
    while (end < text.length && text[end] !== this.separator && text[end] !== '\n') end += 1;
    if (end === text.length && !isLast) return null;
    const isFollowed = text[end - 1] === '\r' && text[end] !== this.separator && end > from;
    const next = isFollowed ? end - 1 : end;
    return { value: text.slice(from, next), next };
  }

  private quoted(
    text: string,
    from: number,
    isLast: boolean,
  ): { value: string; next: number; isBroken: boolean } | null {
    let close = text.indexOf(QUOTE, from + 1);
    while (close !== -1 && text[close + 1] === QUOTE) close = text.indexOf(QUOTE, close + 2);
    // A quote at the end of the piece may be the first of two.
    if (close === -1 || (close + 1 === text.length && !isLast)) return null;
    const value = text
      .slice(from + 1, close)
      .replaceAll('""', QUOTE)
      .replaceAll('\r\n', '\n');
    const after = this.plain(text, close + 1, isLast);
    return after === null ? null : { value, next: after.next, isBroken: after.value !== '' };
  }
}
