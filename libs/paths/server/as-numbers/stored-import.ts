import { AS_NUMBERS_LIMITS } from '@icmp-mon/paths/contract';
import type { ControlDatabase, Sql } from '@icmp-mon/platform/database';
import { DomainError } from '@icmp-mon/platform/errors';
import type { AsLine } from './as-line';
import { ABANDONED_AFTER_S } from './as-numbers-file';

// Any number that no other advisory lock of this database uses.
const IMPORT_LOCK = 72_110_467;
const IS_ALIVE = `seen_at > now() - interval '${ABANDONED_AFTER_S} seconds'`;

/**
 * Begins an import, whose prefixes have no effect until an event puts it in force.
 * @throws DomainError `conflict` if another one runs
 */
export async function beginImport(database: ControlDatabase, id: string): Promise<void> {
  const begun = await database.transaction(async (sql) => {
    await sql.query('SELECT pg_advisory_xact_lock($1)', [IMPORT_LOCK]);
    return sql.execute(
      `INSERT INTO as_number_import (id) SELECT $1::uuid WHERE NOT EXISTS (SELECT FROM as_number_import WHERE ${IS_ALIVE})`,
      [id],
    );
  });
  if (begun === 1) return;
  throw new DomainError('conflict', 'Another import of AS numbers runs. Wait for its end: GET /api/v1/as-numbers.');
}

/** Stores the prefixes of some lines. @throws DomainError `conflict` if the import paused and was taken for abandoned */
export async function storeLines(sql: Sql, id: string, lines: readonly AsLine[]): Promise<void> {
  await noteAlive(sql, id, lines.length);
  const rows = lines.flatMap(({ prefixes, asn, name }) => prefixes.map((prefix) => ({ prefix, asn, name })));
  await sql.execute(
    `INSERT INTO as_prefix (import_id, prefix, asn, name)
     SELECT $1::uuid, prefix, asn, name FROM unnest($2::cidr[], $3::bigint[], $4::text[]) AS p (prefix, asn, name)`,
    [id, rows.map(({ prefix }) => prefix), rows.map(({ asn }) => asn), rows.map(({ name }) => name)],
  );
}

/** Notes progress of an import; it is then alive for some time. @throws DomainError `conflict` if it was taken for abandoned */
export async function noteAlive(sql: Sql, id: string, moreLines: number): Promise<void> {
  const alive = await sql.execute(
    `UPDATE as_number_import SET seen_at = now(), lines = lines + $2 WHERE id = $1 AND ${IS_ALIVE}`,
    [id, moreLines],
  );
  if (alive === 1) return;
  const detail = `The import was cancelled because no lines arrived for ${ABANDONED_AFTER_S} seconds. Send the file again.`;
  throw new DomainError('conflict', detail);
}

/** Ends an import, whether it is in force or failed; the prefixes of one that is not in force are deleted by housekeeping. */
export async function endImport(sql: Sql, id: string): Promise<void> {
  await sql.execute(`UPDATE as_number_import SET seen_at = '-infinity' WHERE id = $1`, [id]);
}

/** Deletes up to `rows` prefixes of imports that are not in force and do not run; returns their number. */
export async function forgetPrefixes(sql: Sql, rows: number): Promise<number> {
  const over = `SELECT id FROM as_number_import i
    WHERE NOT (${IS_ALIVE}) AND NOT EXISTS (SELECT FROM as_number_file f WHERE f.import_id = i.id)`;
  const deleted = await sql.execute(
    `DELETE FROM as_prefix WHERE ctid = ANY (ARRAY(SELECT ctid FROM as_prefix WHERE import_id IN (${over}) LIMIT $1))`,
    [rows],
  );
  if (deleted > 0) return deleted;
  return sql.execute(`DELETE FROM as_number_import WHERE id IN (${over})`);
}

export const tooManyPrefixes = (): DomainError =>
  new DomainError(
    'too_large',
    `The file has more than ${AS_NUMBERS_LIMITS.lines} lines or ${AS_NUMBERS_LIMITS.prefixes} prefixes, the most of one file.`,
  );
