import type { Sql } from '@icmp-mon/platform/database';
import { bucketEnd, bucketStart, ROLLUP_LEVELS, type RollupLevel } from './rollup-levels';
import { foldedUntil } from '../folded-until';
import { type Progress, readProgress } from './rollup-progress';
import { readingSource } from './source-lock';
import { rollupSelect } from './rollup-sql';

/** Memory for grouping an hour of 100,000 targets; on disk it would take several times as long. */
const WORK_MEMORY = '256MB';

/** One bucket to be computed. */
interface DueBucket {
  level: RollupLevel;
  fromMs: number;
  toMs: number;
  /** Whether the bucket was computed before; it is computed again because late rows were added. */
  again: boolean;
}

/** Outcome of one step. */
export interface RollupStep {
  relation: RollupLevel['relation'];
  bucket: string;
  /** Whether the bucket had been computed before. */
  again: boolean;
  /** True when it was not computed again, because its source was dropped. */
  tooOld: boolean;
}

/**
 * Computes the next bucket that is due: new ones before those with late rows, hours before days before months. Returns null when none is due.
 * `sql` must be one session, whose statement timeout allows an hour of all targets. An interrupted step leaves the former state, and the
 * bucket remains due; steps of two sessions wait for each other.
 */
export async function rollUpNext(sql: Sql): Promise<RollupStep | null> {
  for (const level of ROLLUP_LEVELS) {
    const progress = await readProgress(sql);
    const due = (await newBucket(sql, level, progress)) ?? (await dirtyBucket(sql, level, progress));
    if (due === null) continue;
    const tooOld = await readingSource(sql, level.source, async () => {
      // Results may have been dropped before the lock was acquired: figures of the rest would replace figures of all results.
      const { [level.source]: source, [level.relation]: made } = await readProgress(sql);
      const isGone = due.fromMs < source.droppedBeforeMs;
      if (isGone) await forgetDirty(sql, due);
      else await make(sql, due, made.madeAs === 'continuous aggregate');
      return isGone;
    });
    return { relation: level.relation, bucket: new Date(due.fromMs).toISOString(), again: due.again, tooOld };
  }
  return null;
}

/** Returns the first new bucket whose source has or could have rows, if the source is complete for it. */
async function newBucket(sql: Sql, level: RollupLevel, progress: Progress): Promise<DueBucket | null> {
  const completeUntilMs =
    level.source === 'probe_series'
      ? ((await foldedUntil(sql))?.getTime() ?? -Infinity)
      : progress[level.source].rolledUntilMs;
  const { rolledUntilMs } = progress[level.relation];
  const [row] = await sql.query<{ first: Date | null }>(
    `SELECT min(GREATEST(c.range_start, $2)) AS first
     FROM show_chunks($1::regclass) shown
     JOIN timescaledb_information.chunks c ON format('%I.%I', c.chunk_schema, c.chunk_name)::regclass = shown
     WHERE $2::timestamptz IS NULL OR c.range_end > $2`,
    [level.source, rolledUntilMs === -Infinity ? null : new Date(rolledUntilMs)],
  );
  if (row?.first) {
    const fromMs = bucketStart(level.resolution, row.first.getTime());
    const toMs = bucketEnd(level.resolution, fromMs);
    if (toMs <= completeUntilMs) return { level, fromMs, toMs, again: false };
  }
  // Buckets without results count as computed, so that the level above need not wait for the next result.
  if (rolledUntilMs !== -Infinity && completeUntilMs !== -Infinity) {
    await advance(sql, level, bucketStart(level.resolution, completeUntilMs));
  }
  return null;
}

async function dirtyBucket(sql: Sql, level: RollupLevel, progress: Progress): Promise<DueBucket | null> {
  const { rolledUntilMs } = progress[level.relation];
  if (rolledUntilMs === -Infinity) return null;
  const [row] = await sql.query<{ bucket: Date | null }>(
    'SELECT min(bucket) AS bucket FROM rollup_dirty WHERE relation = $1 AND bucket < $2',
    [level.relation, new Date(rolledUntilMs)],
  );
  if (!row?.bucket) return null;
  const fromMs = row.bucket.getTime();
  return { level, fromMs, toMs: bucketEnd(level.resolution, fromMs), again: true };
}

async function make(sql: Sql, due: DueBucket, asAggregate: boolean): Promise<void> {
  const { level, fromMs, toMs } = due;
  const span = [new Date(fromMs), new Date(toMs)];
  if (level.source === 'probe_series') await summariseBlocks(sql, fromMs);
  if (asAggregate) {
    // A refresh commits by itself. Marks read before it belong to rows that it includes.
    const marks = await dirtyMarks(sql, due);
    const [from, to] = span.map((at) => `'${at.toISOString()}'::timestamptz`);
    await sql.execute(`CALL refresh_continuous_aggregate('${level.relation}', ${from}, ${to})`);
    await inTransaction(sql, () => recordMade(sql, due, marks));
    return;
  }
  await inTransaction(sql, async () => {
    await sql.execute(`SET LOCAL work_mem = '${WORK_MEMORY}'`);
    // Another session that computes a bucket of this level waits here, and then computes the same from the same rows.
    await sql.query('SELECT 1 FROM rollup_progress WHERE relation = $1 FOR UPDATE', [level.relation]);
    const marks = await dirtyMarks(sql, due);
    await sql.execute(`DELETE FROM ${level.relation} WHERE bucket = $1`, [span[0]]);
    const within = `${level.sourceTime} >= $1 AND ${level.sourceTime} < $2`;
    await sql.execute(`INSERT INTO ${level.relation} ${rollupSelect(level, within)}`, span);
    await recordMade(sql, due, marks);
  });
}

/** Summarises new blocks in the BRIN index. Otherwise blocks not yet vacuumed, up to those of a whole day, would be read. */
async function summariseBlocks(sql: Sql, atMs: number): Promise<void> {
  await sql.query(
    `SELECT brin_summarize_new_values(i.indexrelid)
     FROM timescaledb_information.chunks c
     JOIN pg_index i ON i.indrelid = format('%I.%I', c.chunk_schema, c.chunk_name)::regclass
     JOIN pg_class k ON k.oid = i.indexrelid
     JOIN pg_am m ON m.oid = k.relam AND m.amname = 'brin'
     WHERE c.hypertable_name = 'probe_series' AND c.range_start <= $1 AND c.range_end > $1`,
    [new Date(atMs)],
  );
}

async function dirtyMarks(sql: Sql, { level, fromMs }: DueBucket): Promise<number[]> {
  const marks = await sql.query<{ id: number }>('SELECT id FROM rollup_dirty WHERE relation = $1 AND bucket = $2', [
    level.relation,
    new Date(fromMs),
  ]);
  return marks.map(({ id }) => id);
}

/** Deletes only marks from before the rows were read: buckets marked in the meantime remain due. */
async function recordMade(sql: Sql, { level, fromMs, toMs, again }: DueBucket, marks: number[]): Promise<void> {
  if (marks.length > 0) await sql.execute('DELETE FROM rollup_dirty WHERE id = ANY($1::bigint[])', [marks]);
  const above = ROLLUP_LEVELS.find(({ source }) => source === level.relation);
  if (again && above !== undefined) {
    await sql.execute('INSERT INTO rollup_dirty (relation, bucket) VALUES ($1, $2)', [
      above.relation,
      new Date(bucketStart(above.resolution, fromMs)),
    ]);
  }
  // Its pair hours are made, or made again, from the same results.
  if (level.relation === 'probe_hourly') {
    await sql.execute(`INSERT INTO rollup_dirty (relation, bucket) VALUES ('pair_hour', $1)`, [new Date(fromMs)]);
  }
  await advance(sql, level, toMs);
}

async function advance(sql: Sql, { relation }: RollupLevel, untilMs: number): Promise<void> {
  await sql.execute(
    'UPDATE rollup_progress SET rolled_until = $2 WHERE relation = $1 AND (rolled_until IS NULL OR rolled_until < $2)',
    [relation, new Date(untilMs)],
  );
}

async function forgetDirty(sql: Sql, { level: { relation }, fromMs }: DueBucket): Promise<void> {
  await sql.execute('DELETE FROM rollup_dirty WHERE relation = $1 AND bucket = $2', [relation, new Date(fromMs)]);
}

async function inTransaction(sql: Sql, work: () => Promise<void>): Promise<void> {
  await sql.execute('BEGIN');
  try {
    await work();
    await sql.execute('COMMIT');
  } catch (error) {
    await sql.execute('ROLLBACK');
    throw error;
  }
}
