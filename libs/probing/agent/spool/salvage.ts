import { closeSync, fsyncSync, openSync } from 'node:fs';
import path from 'node:path';
import { openSpoolDatabase, removeDatabase, replaceSpool, SPOOL_FILE } from './spool-database';
import { type FoundRow, SpoolPages } from './spool-pages';
import { prepare, type Statements, type Totals } from './spool-statements';
import { blockOf, type BlockRow, isPlausible } from './spooled-block';

const SUCCESSOR_FILE = 'spool-salvaged.db';
/** Longest salvage, in ms: an agent starts within 5 s. The rest stays in the damaged file and counts as missing. */
const SALVAGE_MS_MAX = 3_000;
const BATCH_PAGES = 2_000;
const COLUMNS = 13;

export interface Salvage {
  /** Name under which the damaged file is kept. */
  setAside: string;
  blocks: number;
  /** Why the salvage ended before all pages were read. */
  truncatedBecause?: string;
}

/**
 * Replaces a damaged spool, which must be closed, by a new one with every block that can still be read, unchanged and under the
 * identity that it may have been shipped under, and with the totals. The damaged file is kept.
 */
export function salvageSpool(dir: string, nowMs: number, unwanted: ReadonlySet<number>): Salvage {
  // Left over from an agent that was killed during a salvage; the damaged spool is still in place.
  removeDatabase(dir, SUCCESSOR_FILE);
  const successor = openSpoolDatabase(dir, SUCCESSOR_FILE);
  // Synced once when it is complete, before it replaces the other file.
  successor.exec('PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF;');
  const statements = prepare(successor);
  const pages = new SpoolPages(path.join(dir, SPOOL_FILE));
  const deadlineMs = performance.now() + SALVAGE_MS_MAX;
  let blocks = 0;
  let truncatedBecause: string | undefined;
  try {
    for (let from = 1; from <= pages.count && truncatedBecause === undefined; from += BATCH_PAGES) {
      const taken = takeBatch(pages, from, statements, unwanted, (sql) => successor.exec(sql));
      if (typeof taken === 'number') blocks += taken;
      else truncatedBecause = taken.message;
      if (performance.now() > deadlineMs && from + BATCH_PAGES <= pages.count)
        truncatedBecause ??= 'time limit reached';
    }
  } finally {
    pages.close();
    successor.close();
  }
  syncFile(path.join(dir, SUCCESSOR_FILE));
  return {
    setAside: replaceSpool(dir, SUCCESSOR_FILE, nowMs),
    blocks,
    ...(truncatedBecause !== undefined && { truncatedBecause }),
  };
}

/** Returns the number of salvaged blocks, or the error that prevented it: a full disk must not keep the agent from starting. */
function takeBatch(
  pages: SpoolPages,
  from: number,
  statements: Statements,
  unwanted: ReadonlySet<number>,
  exec: (sql: string) => void,
): number | Error {
  let blocks = 0;
  exec('BEGIN IMMEDIATE');
  try {
    for (let page = from; page < Math.min(from + BATCH_PAGES, pages.count + 1); page++) {
      for (const row of pages.rowsOf(page)) {
        takeTotal(row, statements);
        if (row.id !== undefined && !unwanted.has(row.id)) blocks += takeBlock(row.id, row.values, statements);
      }
    }
    exec('COMMIT');
    return blocks;
  } catch (error) {
    exec('ROLLBACK');
    if (error instanceof Error) return error;
    throw error;
  }
}

function takeBlock(id: number, values: FoundRow['values'], { salvage }: Statements): number {
  if (values.length !== COLUMNS) return 0;
  const [, shard, policyVersion, baseTimeMs, liveUntilMs, count, rawLength, stored, crc, lane, boot, sequence, body] =
    values;
  if (!(body instanceof Uint8Array)) return 0;
  const row = {
    ...{ id, shard, policy_version: policyVersion, base_time_ms: baseTimeMs, live_until_ms: liveUntilMs, count },
    ...{ raw_length: rawLength, stored, crc, lane, boot, sequence, body },
  } as BlockRow;
  if (!isPlausible(row) || blockOf(row, 0, 0, 0) === undefined) return 0;
  const { changes } = salvage.run(id, ...values.slice(1));
  return Number(changes);
}

function takeTotal({ id, values: [name, value] }: FoundRow, { setTotal }: Statements): void {
  if (id !== undefined || typeof value !== 'number' || value < 0) return;
  if (KEPT_TOTALS.some((kept) => kept === name)) setTotal.run(String(name), value);
}

/** The other totals are counted again. */
const KEPT_TOTALS: readonly (keyof Totals)[] = ['spooledResults', 'quarantined', 'droppedResults'];

function syncFile(file: string): void {
  const fd = openSync(file, 'r+');
  fsyncSync(fd);
  closeSync(fd);
}
