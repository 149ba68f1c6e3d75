import { didYouMean } from '@icmp-mon/platform/text';
import { IMPORT_MEMBERS, type ImportMember, parseTags } from '@icmp-mon/targets/contract';
import { type LineFault, shown } from '@icmp-mon/targets/wire';
import { unguardedText } from './csv-formula';
import { type CsvRow, CsvRows } from './csv-rows';
import { FileFault } from './file-fault';
import { type FileRecord, RECORD_LENGTH_MAX, type RecordReader } from './file-record';

const SEPARATORS = [',', ';', '\t'];
const REQUIRED_COLUMN = 'ip';
const EXPECTED = `The first line names the columns, at least ${REQUIRED_COLUMN}: ${IMPORT_MEMBERS.join(',')}`;
const BLANKS = /\s+/;

/**
 * Reads a CSV file of targets. Its first line names the columns, in any order; the separator is the one of that line: comma, semicolon or
 * tab. An empty cell removes the member (VRF: `default`); a column that is absent leaves it as it is.
 */
export class CsvRecords implements RecordReader {
  private head = '';
  private rows: CsvRows | null = null;
  private columns: ImportMember[] | null = null;

  get line(): number {
    return this.rows?.line ?? 1;
  }

  *readPiece(piece: string): Generator<FileRecord> {
    if (this.rows !== null) return yield* this.recordsOf(this.rows.splitPiece(piece));
    this.head += piece;
    if (this.head.length > RECORD_LENGTH_MAX && !this.head.includes('\n')) throw new FileFault(`${EXPECTED}.`, 1);
    if (this.head.includes('\n')) yield* this.begin();
  }

  *readRest(): Generator<FileRecord> {
    if (this.rows === null) yield* this.begin();
    yield* this.recordsOf(this.rows?.splitRest() ?? []);
    if (this.columns === null) throw new FileFault(`The file is empty. ${EXPECTED}.`);
  }

  private *begin(): Generator<FileRecord> {
    const [header] = this.head.split('\n', 1);
    this.rows = new CsvRows(separatorOf(header));
    const { head } = this;
    this.head = '';
    yield* this.recordsOf(this.rows.splitPiece(head));
  }

  private *recordsOf(rows: Iterable<CsvRow>): Generator<FileRecord> {
    for (const row of rows) {
      if (this.columns === null) this.columns = columnsOf(row);
      else yield recordOf(this.columns, row);
    }
  }
}

/** Returns the separator that the header contains most often. */
function separatorOf(header: string): string {
  const counts = SEPARATORS.map((separator) => header.split(separator).length);
  return SEPARATORS[counts.indexOf(Math.max(...counts))];
}

/** @throws FileFault if the header is not one of targets */
function columnsOf(row: CsvRow): ImportMember[] {
  if ('fault' in row) throw new FileFault(`${row.fault}. ${EXPECTED}.`, row.line);
  const names = row.cells.map((cell) => cell.trim().toLowerCase());
  if (!names.includes(REQUIRED_COLUMN))
    throw new FileFault(`there is no column ${REQUIRED_COLUMN}. ${EXPECTED}.`, row.line);
  const columns = names.map((name) => {
    const column = IMPORT_MEMBERS.find((member) => member === name);
    if (column !== undefined) return column;
    const unknown = `there is no column "${shown(name)}"${didYouMean(name, IMPORT_MEMBERS)}`;
    throw new FileFault(`${unknown} Columns: ${IMPORT_MEMBERS.join(', ')}.`, row.line);
  });
  const twice = columns.find((column, at) => columns.indexOf(column) !== at);
  if (twice !== undefined) throw new FileFault(`the column ${twice} appears twice. Remove one.`, row.line);
  return columns;
}

function recordOf(columns: readonly ImportMember[], row: CsvRow): FileRecord {
  const { line } = row;
  if ('fault' in row) return { line, fault: { column: null, reason: `${row.fault}: double each quote within a cell` } };
  if (row.cells.length !== columns.length) {
    const reason = `has ${row.cells.length} cells, but the first line has ${columns.length} columns`;
    return { line, fault: { column: null, reason } };
  }
  const given: Record<string, unknown> = {};
  for (const [at, column] of columns.entries()) {
    const read = READ[column](unguardedText(row.cells[at]));
    if (typeof read === 'object' && read !== null && 'fault' in read) return { line, fault: { column, ...read.fault } };
    given[column] = read.value;
  }
  return { line, given };
}

type Read = { value: unknown } | { fault: Omit<LineFault, 'column'> };

const text = (cell: string): Read => ({ value: cell === '' ? null : cell });
/** An empty cell is as if the column were absent. */
const textOrAbsent = (cell: string): Read => ({ value: cell === '' ? undefined : cell });

const BOOLEANS: Readonly<Record<string, boolean>> = {
  '': false,
  false: false,
  no: false,
  '0': false,
  true: true,
  yes: true,
  '1': true,
};

const READ: Readonly<Record<ImportMember, (cell: string) => Read>> = {
  ip: (cell) => ({ value: cell }),
  vrf: textOrAbsent,
  name: text,
  tier: textOrAbsent,
  tags: (cell) => {
    const read = parseTags(cell);
    return 'tags' in read ? { value: read.tags } : { fault: { reason: read.error } };
  },
  paused: (cell) => {
    const value = BOOLEANS[cell.trim().toLowerCase()];
    return value === undefined ? { fault: { reason: 'must be true or false' } } : { value };
  },
  parents: (cell) => ({ value: cell.split(BLANKS).filter((part) => part !== '') }),
  notes: text,
  owner: text,
};
