import { type LiveEvent } from '@icmp-mon/probing/contract';
import { decodeSeriesBody, type SeriesSamples } from '@icmp-mon/probing/wire';
import { Batching } from '@icmp-mon/platform/batching';
import { TelemetryDatabase } from '@icmp-mon/platform/database';
import { Injectable } from '@nestjs/common';
import { probeResult } from '../results/probe-result';
import { TargetChecks } from '../target-checks';
import { StoredAgents } from '../results/stored-agents';
import { liveIdText } from './live-id';
import type { LiveNews, LiveRow } from './live-news';

/** How far back live views reach, in ms; a client that was disconnected for longer reads the results again. */
export const LIVE_KEPT_MS = 3_600_000;
const ROWS_MAX = 500;
/** Most results of one target per read, up to the end of a position: about 256 KB for a client. */
export const SAMPLES_MAX = 1_000;
/** Targets read by one statement: each with the results of a moment, or with a replay of up to an hour. */
const READS_TOGETHER_MAX = 100;
const REPLAYS_TOGETHER_MAX = 8;
/** One statement covers all shards. */
const SHARDS_TOGETHER_MAX = 100_000;

/** Results of one target that one commit stored. */
export interface StoredResults {
  shard: number;
  position: number;
  events: LiveEvent[];
}

export interface RecentBatch {
  /** Complete positions, in order; the last one may exceed the limit of a batch. */
  stored: StoredResults[];
  /** Whether there are more results than one batch can hold. */
  more: boolean;
}

interface RecentRow {
  nr: number;
  shard: number;
  position: number;
  check_no: number;
  window_start: Date;
  body: Buffer;
  /** Rows from the requested position on, counted up to one more than the limit; only rows within the limit are returned. */
  found: number;
}

interface Asked {
  targetKey: number;
  position: number;
}

/** SQL; rows are in the order of the index numbers. */
const AFTER = `
  SELECT asked.nr, recent.* FROM unnest($1::integer[], $2::bigint[]) WITH ORDINALITY AS asked (key, position, nr)
  CROSS JOIN LATERAL (
    SELECT shard, position, check_no, window_start, body, found FROM (
      SELECT *, count(*) OVER () AS found, sum(samples) OVER (ORDER BY position) - sum(samples) OVER (PARTITION BY position)
        AS samples_before
      FROM (
        SELECT shard, position, check_no, window_start, body, sent + not_sent AS samples FROM probe_recent
        WHERE target_key = asked.key AND position >= asked.position
          AND window_start >= now() - $3 * interval '1 millisecond'
        ORDER BY position, check_no, window_start LIMIT ${ROWS_MAX + 1}
      ) AS first
    ) AS counted WHERE samples_before < ${SAMPLES_MAX}
  ) AS recent
  ORDER BY asked.nr, recent.position, recent.check_no, recent.window_start`;

const LATEST = `
  SELECT coalesce((
    SELECT max(position) FROM probe_recent
    WHERE target_key = asked.key AND window_start >= now() - $2 * interval '1 millisecond'
  ), -1) AS position
  FROM unnest($1::integer[]) WITH ORDINALITY AS asked (key, nr) ORDER BY asked.nr`;

/** SQL: results committed ahead of a shard's position are stored at their own position. */
const STORED_UP_TO = `
  SELECT shard, max(position) AS position FROM (
    SELECT shard, position FROM shard_position UNION ALL SELECT shard, position FROM shard_ahead
  ) AS stored GROUP BY shard`;

/** Fragments of the last hour, in the order in which their shard stored them. */
@Injectable()
export class RecentResults {
  private readonly reads: Batching<Asked, RecentBatch>;
  private readonly replays: Batching<Asked, RecentBatch>;
  private readonly looks: Batching<number, number>;
  private readonly ends: Batching<number, number>;

  constructor(
    private readonly database: TelemetryDatabase,
    private readonly agents: StoredAgents,
    private readonly checks: TargetChecks,
  ) {
    this.reads = new Batching({ batchMax: READS_TOGETHER_MAX, concurrentMax: 2 }, (asked) => this.readBatches(asked));
    this.replays = new Batching({ batchMax: REPLAYS_TOGETHER_MAX, concurrentMax: 1 }, (asked) =>
      this.readBatches(asked),
    );
    this.looks = new Batching({ batchMax: READS_TOGETHER_MAX, concurrentMax: 1 }, (keys) => this.findPositions(keys));
    this.ends = new Batching({ batchMax: SHARDS_TOGETHER_MAX, concurrentMax: 1 }, (shards) => this.lookUpEnds(shards));
  }

  /** Returns the highest position with results of the target; -1 if there are none. Concurrent calls share a statement. */
  latestPosition(targetKey: number): Promise<number> {
    return this.looks.askBatched(targetKey);
  }

  /** Returns results stored at `position` and later. Concurrent calls share a statement. */
  batchFrom(targetKey: number, position: number): Promise<RecentBatch> {
    return this.reads.askBatched({ targetKey, position });
  }

  /** The same for one client that reconnects: fewer calls per statement, because there may be many results. */
  replayedFrom(targetKey: number, position: number): Promise<RecentBatch> {
    return this.replays.askBatched({ targetKey, position });
  }

  /** Returns the highest position at which the shard has stored results; infinite for a shard that has stored none. */
  storedUpTo(shard: number): Promise<number> {
    return this.ends.askBatched(shard);
  }

  /** Returns the results in a message, as a read would return them; null if they have to be read. */
  carried({ targetKey, shard, position, rows }: LiveNews): StoredResults | null {
    const keptFromMs = Date.now() - LIVE_KEPT_MS;
    const stored: StoredResults = { shard, position, events: [] };
    if (this.checks.ofTarget(targetKey) === undefined) return null;
    for (const row of rows) {
      const samples = decodeSeriesBody(row.body);
      // Only a read can load new agents, and skips rows that are older than live views reach.
      if (row.startMs < keptFromMs || !this.agents.knowsAllOf(samples)) return null;
      this.addEvents(stored, targetKey, row, samples);
    }
    return stored;
  }

  private async findPositions(targetKeys: readonly number[]): Promise<number[]> {
    await this.checks.loadTargets(targetKeys);
    const rows = await this.database.query<{ position: number }>(LATEST, [targetKeys, LIVE_KEPT_MS]);
    return rows.map(({ position }) => position);
  }

  private async lookUpEnds(shards: readonly number[]): Promise<number[]> {
    const rows = await this.database.query<{ shard: number; position: number }>(STORED_UP_TO);
    const ends = new Map(rows.map(({ shard, position }) => [shard, position]));
    return shards.map((shard) => ends.get(shard) ?? Infinity);
  }

  private async readBatches(asked: readonly Asked[]): Promise<RecentBatch[]> {
    const keys = asked.map(({ targetKey }) => targetKey);
    const positions = asked.map(({ position }) => position);
    await this.checks.loadTargets(keys);
    const rows = await this.database.query<RecentRow>(AFTER, [keys, positions, LIVE_KEPT_MS]);
    const samples = rows.map((row) => decodeSeriesBody(row.body));
    await this.agents.loadAgents(samples.flatMap(({ agentNo, count }) => [...agentNo.subarray(0, count)]));
    const batches = asked.map((): RecentBatch => ({ stored: [], more: false }));
    const rowsOf = new Uint32Array(asked.length);
    const foundOf = new Uint32Array(asked.length);
    rows.forEach((row, at) => {
      const nr = row.nr - 1;
      const { stored } = batches[nr];
      let last = stored.at(-1);
      if (last?.position !== row.position) {
        last = { shard: row.shard, position: row.position, events: [] };
        stored.push(last);
      }
      rowsOf[nr]++;
      foundOf[nr] = row.found;
      const { check_no: check, window_start, body } = row;
      this.addEvents(last, keys[nr], { check, startMs: window_start.getTime(), body }, samples[at]);
    });
    batches.forEach((batch, nr) => {
      batch.more = foundOf[nr] > ROWS_MAX || rowsOf[nr] < foundOf[nr];
      // The last position found may be incomplete; if it is the only one it is passed on nevertheless, to make progress.
      if (rowsOf[nr] > ROWS_MAX && batch.stored.length > 1) batch.stored.pop();
    });
    return batches;
  }

  private addEvents(to: StoredResults, targetKey: number, { check, startMs }: LiveRow, samples: SeriesSamples): void {
    const type = this.checks.ofTarget(targetKey)?.typeOf(check) ?? null;
    for (let sample = 0; sample < samples.count; sample++) {
      const agent = this.agents.agentOf(samples.agentNo[sample]);
      const result = probeResult(agent, { check, type }, startMs, samples, sample);
      const id = liveIdText({ shard: to.shard, position: to.position, index: to.events.length });
      to.events.push({ id, targetKey, result });
    }
  }
}
