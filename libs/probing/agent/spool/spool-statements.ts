import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { BlockRow } from './spooled-block';

/** Counters that the spool keeps across restarts. */
export const TOTALS = ['blocks', 'bytes', 'results', 'spooledResults', 'quarantined', 'droppedResults'] as const;
export type Totals = Record<(typeof TOTALS)[number], number>;

/** Size of a row without its body, in bytes. */
export const ROW_BYTES = 96;

export interface Statements {
  insert: StatementSync;
  /** Like `insert`, with the id given; does nothing if the block exists. */
  salvage: StatementSync;
  assign: StatementSync;
  /** Ids of the oldest stored block and of the last block ever stored. */
  ids: StatementSync;
  remove: StatementSync;
  moveToBackfill: StatementSync;
  shipped: StatementSync;
  fresh: StatementSync;
  stale: StatementSync;
  oldest: StatementSync;
  oldestUnshipped: StatementSync;
  keepRefused: StatementSync;
  pruneRefused: StatementSync;
  setTotal: StatementSync;
  count: StatementSync;
}

/** Compiles the statements once: each runs thousands of times. */
export function prepare(database: DatabaseSync): Statements {
  return {
    insert: database.prepare(
      `INSERT INTO block (shard, policy_version, base_time_ms, live_until_ms, count, raw_length, stored, crc, lane, boot,
         sequence, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    salvage: database.prepare('INSERT OR IGNORE INTO block VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)'),
    assign: database.prepare('UPDATE block SET lane = ?, boot = ?, sequence = ? WHERE id = ?'),
    ids: database.prepare(
      `SELECT coalesce((SELECT min(id) FROM block), 0) AS oldest,
         max(coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'block'), 0), coalesce((SELECT max(id) FROM block), 0)) AS last`,
    ),
    remove: database.prepare('DELETE FROM block WHERE id = ?'),
    moveToBackfill: database.prepare('UPDATE block SET live_until_ms = 0 WHERE sequence IS NULL'),
    shipped: database.prepare(
      'SELECT * FROM block WHERE lane = ? AND sequence IS NOT NULL ORDER BY boot, sequence LIMIT ?',
    ),
    fresh: database.prepare(
      'SELECT * FROM block WHERE sequence IS NULL AND live_until_ms >= ? AND id >= ? AND id < ? ORDER BY id LIMIT ?',
    ),
    stale: database.prepare(
      `SELECT * FROM block WHERE sequence IS NULL AND live_until_ms < ? AND id >= ? AND id < ?
       ORDER BY live_until_ms, id LIMIT ?`,
    ),
    oldest: database.prepare('SELECT * FROM block ORDER BY id LIMIT 1'),
    oldestUnshipped: database.prepare('SELECT * FROM block WHERE sequence IS NULL ORDER BY id LIMIT 1'),
    keepRefused: database.prepare(
      'INSERT INTO refused (at_ms, reason, boot, sequence, shard, count, body) VALUES (?, ?, ?, ?, ?, ?, ?)',
    ),
    pruneRefused: database.prepare('DELETE FROM refused WHERE id <= (SELECT max(id) FROM refused) - ?'),
    setTotal: database.prepare(
      'INSERT INTO total (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
    ),
    count: database.prepare(
      `SELECT count(*) AS blocks, coalesce(sum(count), 0) AS results,
         coalesce(sum(length(body) + ${ROW_BYTES}), 0) AS bytes FROM block`,
    ),
  };
}

export function readTotals(database: DatabaseSync): Totals {
  const totals: Totals = { blocks: 0, bytes: 0, results: 0, spooledResults: 0, quarantined: 0, droppedResults: 0 };
  const rows = database.prepare('SELECT name, value FROM total').all() as { name: keyof Totals; value: number }[];
  for (const { name, value } of rows) if (name in totals) totals[name] = value;
  return totals;
}

/** Reads rows until `bytesMax` is exceeded: a backlog may be long, and a cursor must not see its own writes. */
export function readRows(rows: Iterable<unknown>, bytesMax: number): BlockRow[] {
  const read: BlockRow[] = [];
  let bytes = 0;
  for (const each of rows) {
    const row = each as BlockRow;
    read.push(row);
    bytes += row.body.length + ROW_BYTES;
    if (bytes > bytesMax) break;
  }
  return read;
}
