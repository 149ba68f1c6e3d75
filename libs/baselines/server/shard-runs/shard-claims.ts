import { ControlDatabase, type Sql } from '@icmp-mon/platform/database';
import { HOUR_MS, MINUTE_MS } from '@icmp-mon/platform/plugins';
import { Injectable } from '@nestjs/common';

/** A claim that makes no progress for this long is free again: its worker ended. */
const CLAIM_S = 60;
/** Time after its end at which an hour is made, at the earliest, and over which the runs of all shards are spread. */
const MADE_AFTER_MS = 5 * MINUTE_MS;
const SPREAD_MS = 10 * MINUTE_MS;

/** SQL for shards to calculate now: an hour is due, or it was requested. */
export const WAITING_SHARDS = `
  SELECT shard FROM baseline_shard s
  WHERE (claimed_at IS NULL OR claimed_at < now() - interval '${CLAIM_S} seconds') AND (
    (due_hour > coalesce(hour, '-infinity') AND due_at <= now())
    OR EXISTS (SELECT FROM baseline_job_shard j WHERE j.shard = s.shard AND j.state <> 'done'))`;

/** The right to calculate a shard, until it is finished or another worker claims the shard. */
export interface ShardClaim {
  shard: number;
  /** Grows with each claim of the shard. */
  run: number;
  /** Keys of the targets whose former baselines are forgotten. */
  forget: 'all' | ReadonlySet<number>;
}

export interface ShardOutcome {
  /** Start of the latest hour that was included; null without hours. */
  hourMs: number | null;
  pairs: number;
  ofRegion: number;
  tookMs: number;
}

/** Which shard is calculated by whom, and when it is due. */
@Injectable()
export class ShardClaims {
  constructor(private readonly control: ControlDatabase) {}

  /** Records the latest hour of each shard: a shard is due, one after the other, when it has a new one. */
  async noteHours(latest: ReadonlyMap<number, number>, shardCount: number): Promise<number> {
    const shards = [...latest.keys()];
    const hours = [...latest.values()];
    const dueMs = shards.map(
      (shard, at) => hours[at] + HOUR_MS + MADE_AFTER_MS + Math.round((shard * SPREAD_MS) / shardCount),
    );
    return this.control.execute(
      `INSERT INTO baseline_shard AS s (shard, due_hour, due_at)
       SELECT * FROM unnest($1::smallint[], $2::timestamptz[], $3::timestamptz[])
       ON CONFLICT (shard) DO UPDATE SET due_hour = excluded.due_hour, due_at = excluded.due_at
       WHERE s.due_hour IS NULL OR s.due_hour < excluded.due_hour`,
      [shards, hours.map((ms) => new Date(ms)), dueMs.map((ms) => new Date(ms))],
    );
  }

  /** Claims a shard that waits; null if none does. Requests that come later wait for another run. */
  claimShard(): Promise<ShardClaim | null> {
    return this.control.transaction(async (sql) => {
      const [next] = await sql.query<{ shard: number; run: number }>(
        `UPDATE baseline_shard SET claimed_at = now(), run = greatest(run + 1, extract(epoch FROM now())::bigint)
         WHERE shard = (${WAITING_SHARDS} ORDER BY due_at NULLS FIRST LIMIT 1 FOR UPDATE SKIP LOCKED)
         RETURNING shard, run`,
      );
      if (next === undefined) return null;
      const jobs = await sql.query<{ forget: number[] | null }>(
        `WITH started AS (
           UPDATE baseline_job_shard SET state = 'running' WHERE shard = $1 AND state <> 'done' RETURNING job_id)
         SELECT forget FROM baseline_job WHERE id IN (SELECT job_id FROM started)`,
        [next.shard],
      );
      const forgotten = jobs.flatMap(({ forget }) => (forget === null ? [] : [forget]));
      const isAll = forgotten.some((keys) => keys.length === 0);
      return { ...next, forget: isAll ? 'all' : new Set(forgotten.flat()) };
    });
  }

  /** Renews a claim. @throws ClaimLost if another worker has claimed the shard */
  async renewClaim({ shard, run }: ShardClaim): Promise<void> {
    const renewed = await this.control.execute(
      'UPDATE baseline_shard SET claimed_at = now() WHERE shard = $1 AND run = $2',
      [shard, run],
    );
    if (renewed === 0) throw new ClaimLost(shard);
  }

  /** Ends a run: its requests are done. @throws ClaimLost if another worker has claimed the shard */
  finishShard({ shard, run }: ShardClaim, outcome: ShardOutcome): Promise<void> {
    const { hourMs, pairs, ofRegion, tookMs } = outcome;
    return this.control.transaction(async (sql) => {
      const finished = await sql.execute(
        `UPDATE baseline_shard SET claimed_at = NULL, finished_at = now(), hour = coalesce($3, hour), pairs = $4, of_region = $5, took_ms = $6
         WHERE shard = $1 AND run = $2`,
        [shard, run, hourMs === null ? null : new Date(hourMs), pairs, ofRegion, tookMs],
      );
      if (finished === 0) throw new ClaimLost(shard);
      await finishJobs(sql, shard, pairs);
    });
  }

  /** Releases a shard whose run failed or was stopped, so that it is claimed again in some seconds. */
  async releaseShard({ shard, run }: ShardClaim, againInS: number): Promise<void> {
    await this.control.execute(
      `UPDATE baseline_shard SET claimed_at = now() - make_interval(secs => ${CLAIM_S} - $3::integer) WHERE shard = $1 AND run = $2`,
      [shard, run, againInS],
    );
  }
}

/** Thrown when another worker has claimed the shard: its run has a higher number, and this one no longer has an effect. */
export class ClaimLost extends Error {
  override readonly name = 'ClaimLost';

  constructor(shard: number) {
    super(`another worker calculates the baselines of shard ${shard}`);
  }
}

async function finishJobs(sql: Sql, shard: number, pairs: number): Promise<void> {
  await sql.execute(`UPDATE baseline_job_shard SET state = 'done', pairs = $2 WHERE shard = $1 AND state = 'running'`, [
    shard,
    pairs,
  ]);
  await sql.execute(
    `UPDATE baseline_job j SET finished_at = now()
     WHERE finished_at IS NULL AND NOT EXISTS (SELECT FROM baseline_job_shard s WHERE s.job_id = j.id AND s.state <> 'done')`,
  );
}
