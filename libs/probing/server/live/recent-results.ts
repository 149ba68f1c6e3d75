import { type LiveEvent } from '@icmp-mon/probing/contract';
import { decodeSeriesBody, type SeriesSamples } from '@icmp-mon/probing/wire';
import { Batching } from '@icmp-mon/platform/batching';
import { TelemetryDatabase } from '@icmp-mon/platform/database';
import { Injectable } from '@nestjs/common';
import { probeResult } from '../results/probe-result';
import { StoredAgents } from '../results/stored-agents';
import { liveIdText } from './live-id';
import type { LiveNews, LiveRow } from './live-news';

/** Live views reach as far back as this; who was away for longer reads the results anew. */
export const LIVE_KEPT_MS = 3_600_000;
const ROWS_MAX = 500;
/** Results of one target that are read at once, up to the end of a position: about 256 KB on the way to a client. */
export const SAMPLES_MAX = 1_000;
/** Targets read by one statement: for each a moment's results, or a replay's of up to an hour. */
const READS_TOGETHER_MAX = 100;
const REPLAYS_TOGETHER_MAX = 8;
/** One statement tells of all shards. */
const SHARDS_TOGETHER_MAX = 100_000;

/** What one commit stored of one target. */
export interface StoredResults {
  shard: number;
  position: number;
  events: LiveEvent[];
}

export interface RecentBatch {
  /** Whole positions, in order; the last one may go beyond the bound of a batch. */
  stored: StoredResults[];
  /** More is there than one batch holds. */
  more: boolean;
}

interface RecentRow {
  nr: number;
  shard: number;
  position: number;
  check_no: number;
  window_start: Date;
  body: Buffer;
  /** Rows from the asked position on, up to one more than are read at once; of them those are given that are within bounds. */
  found: number;
}

interface Asked {
  targetKey: number;
  position: number;
}

/** The order is the one in which index numbers are given. */
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

/** What goes ahead of a shard's position is stored at its own. */
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
  ) {
    this.reads = new Batching({ batchMax: READS_TOGETHER_MAX, concurrentMax: 2 }, (asked) => this.read(asked));
    this.replays = new Batching({ batchMax: REPLAYS_TOGETHER_MAX, concurrentMax: 1 }, (asked) => this.read(asked));
    this.looks = new Batching({ batchMax: READS_TOGETHER_MAX, concurrentMax: 1 }, (keys) => this.look(keys));
    this.ends = new Batching({ batchMax: SHARDS_TOGETHER_MAX, concurrentMax: 1 }, (shards) => this.lookUpEnds(shards));
  }

  /** The highest position at which the target has results; -1 if it has none. Asked for together, looked up together. */
  latestPosition(targetKey: number): Promise<number> {
    return this.looks.ask(targetKey);
  }

  /** Results stored at `position` and later; targets that are asked for together are read by one statement. */
  from(targetKey: number, position: number): Promise<RecentBatch> {
    return this.reads.ask({ targetKey, position });
  }

  /** The same for one client that comes back: fewer together, because there may be much. */
  replayedFrom(targetKey: number, position: number): Promise<RecentBatch> {
    return this.replays.ask({ targetKey, position });
  }

  /** No result of the shard is stored at a higher position; infinite for a shard that stored nothing yet. */
  storedUpTo(shard: number): Promise<number> {
    return this.ends.ask(shard);
  }

  /** What a message carries, as a read would give it; null for what has to be read. */
  carried({ targetKey, shard, position, rows }: LiveNews): StoredResults | null {
    const keptFromMs = Date.now() - LIVE_KEPT_MS;
    const stored: StoredResults = { shard, position, events: [] };
    for (const row of rows) {
      const samples = decodeSeriesBody(row.body);
      // A read learns of new agents, and passes over what is older than what live views keep.
      if (row.startMs < keptFromMs || !this.agents.knowsAllOf(samples)) return null;
      this.addEvents(stored, targetKey, row, samples);
    }
    return stored;
  }

  private async look(targetKeys: readonly number[]): Promise<number[]> {
    const rows = await this.database.query<{ position: number }>(LATEST, [targetKeys, LIVE_KEPT_MS]);
    return rows.map(({ position }) => position);
  }

  private async lookUpEnds(shards: readonly number[]): Promise<number[]> {
    const rows = await this.database.query<{ shard: number; position: number }>(STORED_UP_TO);
    const ends = new Map(rows.map(({ shard, position }) => [shard, position]));
    return shards.map((shard) => ends.get(shard) ?? Infinity);
  }

  private async read(asked: readonly Asked[]): Promise<RecentBatch[]> {
    const keys = asked.map(({ targetKey }) => targetKey);
    const positions = asked.map(({ position }) => position);
    const rows = await this.database.query<RecentRow>(AFTER, [keys, positions, LIVE_KEPT_MS]);
    const samples = rows.map((row) => decodeSeriesBody(row.body));
    await this.agents.know(samples.flatMap(({ agentNo, count }) => [...agentNo.subarray(0, count)]));
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
      // The last position found may be cut through; alone it is passed on nevertheless, or nothing would ever move.
      if (rowsOf[nr] > ROWS_MAX && batch.stored.length > 1) batch.stored.pop();
    });
    return batches;
  }

  private addEvents(to: StoredResults, targetKey: number, { check, startMs }: LiveRow, samples: SeriesSamples): void {
    for (let sample = 0; sample < samples.count; sample++) {
      const agent = this.agents.of(samples.agentNo[sample]);
      const result = probeResult(agent, check, startMs, samples, sample);
      const id = liveIdText({ shard: to.shard, position: to.position, index: to.events.length });
      to.events.push({ id, targetKey, result });
    }
  }
}
