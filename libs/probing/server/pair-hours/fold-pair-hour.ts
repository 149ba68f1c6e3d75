import type { Sql } from '@icmp-mon/platform/database';
import { HOUR_MS } from '@icmp-mon/platform/plugins';
import { PAIR_HOUR_FLAG } from '@icmp-mon/probing/wire';
import { readingSource } from '../rollups/source-lock';
import { readProgress } from '../rollups/rollup-progress';
import { PairHourTally } from './pair-hour-tally';

/** Hours for which pair hours are kept; older ones are not made. */
export const PAIR_HOURS_KEPT = 8 * 24;
/** Windows that one statement reads. */
const WINDOWS_PER_FETCH = 5_000;
/** Memory for sorting the windows of one shard and hour. */
const SORT_MEMORY = '256MB';

/** Targets and agents whose hour is left out of baselines. */
export interface LeftOut {
  /** Keys of targets that were in maintenance at some time of the hour. */
  targetKeys: ReadonlySet<number>;
  /** Ids of agents that were set aside at some time of the hour. */
  agentIds: ReadonlySet<string>;
}

/** Returns what to leave out of the hour that starts at `hourMs`. */
export type ReadLeftOut = (hourMs: number) => Promise<LeftOut>;

export const NOTHING_LEFT_OUT: ReadLeftOut = () => Promise.resolve({ targetKeys: new Set(), agentIds: new Set() });

/** Outcome of one step. */
export interface PairHourStep {
  bucket: string;
  rows: number;
  /** True when the hour was not made, because its results were dropped or it is older than pair hours are kept. */
  tooOld: boolean;
}

interface WindowRow {
  target_key: number;
  check_no: number;
  shard: number;
  window_start: Date;
  body: Buffer;
}

interface HourRows {
  keys: number[];
  checks: number[];
  shards: number[];
  bodies: Uint8Array[];
}

/**
 * Makes the rows of `pair_hour` for the next hour whose figures were computed, from the stored windows. Returns null when none is due. Rows and
 * the end of the hour's mark are one transaction: an interrupted step leaves the former rows, and the hour remains due. Late results mark
 * their hour again. `sql` must be one session, whose statement timeout allows an hour of all targets.
 */
export async function foldPairHour(sql: Sql, nowMs: number, readLeftOut: ReadLeftOut): Promise<PairHourStep | null> {
  const [due] = await sql.query<{ bucket: Date | null }>(
    `SELECT min(bucket) AS bucket FROM rollup_dirty WHERE relation = 'pair_hour'`,
  );
  if (!due?.bucket) return null;
  const hourMs = due.bucket.getTime();
  return readingSource(sql, 'probe_series', async () => {
    const { droppedBeforeMs } = (await readProgress(sql)).probe_series;
    const tooOld = hourMs < Math.max(droppedBeforeMs, nowMs - PAIR_HOURS_KEPT * HOUR_MS);
    const leftOut = tooOld ? null : await readLeftOut(hourMs);
    await sql.execute('BEGIN');
    try {
      // Marks that are set from here on belong to rows that this step may not see: they stay.
      const marks = await sql.query<{ id: string }>(
        `SELECT id FROM rollup_dirty WHERE relation = 'pair_hour' AND bucket = $1 FOR UPDATE`,
        [due.bucket],
      );
      // Without a mark, another session has made the hour meanwhile.
      const rows = leftOut === null || marks.length === 0 ? 0 : await replaceHour(sql, hourMs, leftOut);
      await sql.execute('DELETE FROM rollup_dirty WHERE id = ANY($1::bigint[])', [marks.map(({ id }) => id)]);
      await sql.execute('COMMIT');
      return { bucket: new Date(hourMs).toISOString(), rows, tooOld };
    } catch (error) {
      await sql.execute('ROLLBACK');
      throw error;
    }
  });
}

async function replaceHour(sql: Sql, hourMs: number, leftOut: LeftOut): Promise<number> {
  await sql.execute(`SET LOCAL work_mem = '${SORT_MEMORY}'`);
  const hour = new Date(hourMs);
  await sql.execute('DELETE FROM pair_hour WHERE hour = $1', [hour]);
  const agents = await sql.query<{ agent_no: number; agent_id: string }>('SELECT agent_no, agent_id FROM agent_no');
  const isolated = new Set(agents.filter(({ agent_id: id }) => leftOut.agentIds.has(id)).map((each) => each.agent_no));
  const shards = await sql.query<{ shard: number }>('SELECT shard FROM shard ORDER BY shard');
  let count = 0;
  for (const { shard } of shards) {
    for await (const rows of hoursOfShard(sql, shard, hourMs, { leftOut, isolated })) {
      count += rows.keys.length;
      await sql.execute(
        `INSERT INTO pair_hour (hour, target_key, check_no, shard, body)
         SELECT $1::timestamptz, key, check_no, shard, body
         FROM unnest($2::integer[], $3::smallint[], $4::smallint[], $5::bytea[]) AS t (key, check_no, shard, body)`,
        [hour, rows.keys, rows.checks, rows.shards, rows.bodies],
      );
    }
  }
  return count;
}

/** Reads the windows of a shard by target, check and time, and yields its rows in parts. */
async function* hoursOfShard(
  sql: Sql,
  shard: number,
  hourMs: number,
  { leftOut, isolated }: { leftOut: LeftOut; isolated: ReadonlySet<number> },
): AsyncGenerator<HourRows> {
  const [from, to] = [hourMs, hourMs + HOUR_MS].map((ms) => `'${new Date(ms).toISOString()}'::timestamptz`);
  await sql.execute(
    `DECLARE hour_windows NO SCROLL CURSOR FOR SELECT target_key, check_no, shard, window_start, body FROM probe_series
     WHERE window_start >= ${from} AND window_start < ${to} AND shard = ${shard} ORDER BY target_key, check_no, window_start`,
  );
  const tally = new PairHourTally();
  let rows: HourRows = { keys: [], checks: [], shards: [], bodies: [] };
  let window: WindowRow[] = [];
  const endWindow = (next: WindowRow | undefined): void => {
    const last = window.at(-1);
    if (last === undefined) return;
    const isSameHour = next?.target_key === last.target_key && next.check_no === last.check_no;
    if (isSameHour && next.window_start.getTime() === last.window_start.getTime()) return;
    tally.addWindow(window.map(({ body }) => body));
    window = [];
    if (isSameHour) return;
    const ofTarget = leftOut.targetKeys.has(last.target_key) ? PAIR_HOUR_FLAG.maintenance : 0;
    const body = tally.takeBody((agentNo) => ofTarget | (isolated.has(agentNo) ? PAIR_HOUR_FLAG.isolated : 0));
    if (body === null) return;
    rows.keys.push(last.target_key);
    rows.checks.push(last.check_no);
    rows.shards.push(last.shard);
    rows.bodies.push(body);
  };
  for (;;) {
    const fetched = await sql.query<WindowRow>(`FETCH ${WINDOWS_PER_FETCH} FROM hour_windows`);
    for (const row of fetched) {
      endWindow(row);
      window.push(row);
    }
    if (fetched.length < WINDOWS_PER_FETCH) endWindow(undefined);
    if (rows.keys.length > 0) yield rows;
    rows = { keys: [], checks: [], shards: [], bodies: [] };
    if (fetched.length < WINDOWS_PER_FETCH) break;
  }
  await sql.execute('CLOSE hour_windows');
}
