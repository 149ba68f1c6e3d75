import type { Sql } from '@icmp-mon/platform/database';
import type { ImportChange, ImportOutcome } from '@icmp-mon/targets/contract';
import { type LineMembers, readLine, shown } from '@icmp-mon/targets/wire';
import type { FileRecord } from './file-record';

/** Lines of one part: more than the targets of other jobs, because each part wakes relay, assignment and agents. */
export const PART_LINES = 500;
/** Lines that one statement changes. */
export const ROWS_PER_STATEMENT = 5_000;

/** A line that waits. */
export interface WaitingLine {
  line: number;
  ip: string;
  vrf: string;
  members: LineMembers;
  /** Version that the target must have to be changed. With 0 the target must not exist; null allows every version. */
  expectedVersion: number | null;
}

/** Result of a line, as its row holds it. */
export interface LineResult {
  line: number;
  outcome: Exclude<ImportOutcome, 'waiting'>;
  target_id?: string;
  /** The target's parents after the line, if the line sets them. */
  parents?: string[];
  changes?: ImportChange[];
  field?: string | null;
  reason?: string;
}

/** Stores records of a file: valid ones wait, the others are refused. */
export async function storeRecords(sql: Sql, fileId: string, records: readonly FileRecord[]): Promise<void> {
  await storeLines(sql, fileId, records.map(rowOf));
}

/** A line to store: it waits with its members, or was refused. */
export type StoredLine = Pick<WaitingLine, 'line' | 'ip' | 'vrf'> &
  ({ members: LineMembers; version?: number } | { outcome: 'refused'; field: string | null; reason: string });

export async function storeLines(sql: Sql, fileId: string, lines: readonly StoredLine[]): Promise<void> {
  await sql.execute(
    `INSERT INTO import_line (file_id, line, ip, vrf, members, expected_version, outcome, field, reason)
     SELECT $1, line, ip, vrf, members, version, outcome, field, reason
     FROM jsonb_to_recordset($2::jsonb) AS r (line integer, ip text, vrf text, members jsonb, version integer, outcome text,
       field text, reason text)`,
    [fileId, JSON.stringify(lines)],
  );
}

function rowOf(record: FileRecord): StoredLine {
  const { line } = record;
  const given = 'given' in record ? record.given : {};
  const read = 'given' in record ? readLine(record.given) : record;
  if (!('fault' in read)) return { line, ...read };
  const [ip, vrf] = [given['ip'], given['vrf']].map((value) => (typeof value === 'string' ? shown(value) : ''));
  return { line, ip, vrf, outcome: 'refused', field: read.fault.column, reason: read.fault.reason };
}

/**
 * Returns the next lines that wait, in the order in which they run; none if all have a result. Two statements, because with the position as
 * a constant the index returns the lines in their order; with a join PostgreSQL read and sorted all lines that wait, for each part.
 */
export async function nextLines(sql: Sql, fileId: string): Promise<WaitingLine[]> {
  const [at] = await sql.query<{ level: number; line: number }>(
    'SELECT at_level AS level, at_line AS line FROM import_file WHERE id = $1',
    [fileId],
  );
  if (at === undefined) return [];
  const lines = await sql.query<WaitingLine & { level: number }>(
    `SELECT line, ip, vrf, members, expected_version AS "expectedVersion", level FROM import_line
     WHERE file_id = $1 AND outcome IS NULL AND (level, line) > ($2, $3) ORDER BY level, line LIMIT ${PART_LINES}`,
    [fileId, at.level, at.line],
  );
  const last = lines.at(-1);
  if (last !== undefined) {
    await sql.execute('UPDATE import_file SET at_level = $2, at_line = $3 WHERE id = $1', [
      fileId,
      last.level,
      last.line,
    ]);
  }
  return lines;
}

/** Stores the results of at most `ROWS_PER_STATEMENT` lines. */
export async function storeResults(sql: Sql, fileId: string, results: readonly LineResult[]): Promise<void> {
  await sql.execute(
    `UPDATE import_line l SET members = NULL, outcome = r.outcome, target_id = r.target_id, parents = r.parents,
       changes = r.changes, field = r.field, reason = r.reason
     FROM jsonb_to_recordset($2::jsonb) AS r (line integer, outcome text, target_id uuid, parents uuid[], changes jsonb,
       field text, reason text)
     WHERE l.file_id = $1 AND l.line = r.line`,
    [fileId, JSON.stringify(results)],
  );
}
