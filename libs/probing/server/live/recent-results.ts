import { decodeSeriesBody, type LiveEvent } from '@icmp-mon/probing/contract';
import { Batching } from '@icmp-mon/platform/batching';
import { TelemetryDatabase } from '@icmp-mon/platform/database';
import { Injectable } from '@nestjs/common';
import { probeResult } from '../results/probe-result';
import { StoredAgents } from '../results/stored-agents';
import { liveIdText } from './live-id';

/** Live views reach as far back as this; who was away for longer reads the results anew. */
export const LIVE_KEPT_MS = 3_600_000;
const ROWS_MAX = 500;
/** Targets read by one statement. */
const READS_TOGETHER_MAX = 100;

/** What one commit stored of one target. */
export interface StoredResults {
  shard: number;
  position: number;
  events: LiveEvent[];
}

export interface RecentBatch {
  /** Whole positions, in order. */
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
}

interface Asked {
  targetKey: number;
  position: number;
}

/** The order is the one in which index numbers are given. */
const AFTER = `
  SELECT asked.nr, recent.* FROM unnest($1::integer[], $2::bigint[]) WITH ORDINALITY AS asked (key, position, nr)
  CROSS JOIN LATERAL (
    SELECT shard, position, check_no, window_start, body FROM probe_recent
    WHERE target_key = asked.key AND position >= asked.position
      AND window_start >= now() - $3 * interval '1 millisecond'
    ORDER BY position, check_no, window_start LIMIT ${ROWS_MAX + 1}
  ) AS recent
  ORDER BY asked.nr, recent.position, recent.check_no, recent.window_start`;

const LATEST = `
  SELECT coalesce((
    SELECT max(position) FROM probe_recent
    WHERE target_key = asked.key AND window_start >= now() - $2 * interval '1 millisecond'
  ), -1) AS position
  FROM unnest($1::integer[]) WITH ORDINALITY AS asked (key, nr) ORDER BY asked.nr`;

/** Fragments of the last hour, in the order in which their shard stored them. */
@Injectable()
export class RecentResults {
  private readonly reads: Batching<Asked, RecentBatch>;
  private readonly looks: Batching<number, number>;

  constructor(
    private readonly database: TelemetryDatabase,
    private readonly agents: StoredAgents,
  ) {
    this.reads = new Batching({ batchMax: READS_TOGETHER_MAX, concurrentMax: 2 }, (asked) => this.read(asked));
    this.looks = new Batching({ batchMax: READS_TOGETHER_MAX, concurrentMax: 1 }, (keys) => this.look(keys));
  }

  /** The highest position at which the target has results; -1 if it has none. Asked for together, looked up together. */
  latestPosition(targetKey: number): Promise<number> {
    return this.looks.ask(targetKey);
  }

  /** Results stored at `position` and later; targets that are asked for together are read by one statement. */
  from(targetKey: number, position: number): Promise<RecentBatch> {
    return this.reads.ask({ targetKey, position });
  }

  private async look(targetKeys: readonly number[]): Promise<number[]> {
    const rows = await this.database.query<{ position: number }>(LATEST, [targetKeys, LIVE_KEPT_MS]);
    return rows.map(({ position }) => position);
  }

  private async read(asked: readonly Asked[]): Promise<RecentBatch[]> {
    const keys = asked.map(({ targetKey }) => targetKey);
    const positions = asked.map(({ position }) => position);
    const rows = await this.database.query<RecentRow>(AFTER, [keys, positions, LIVE_KEPT_MS]);
    const samples = rows.map((row) => decodeSeriesBody(row.body));
    await this.agents.know(samples.flatMap(({ agentNo, count }) => [...agentNo.subarray(0, count)]));
    const batches = asked.map((): RecentBatch => ({ stored: [], more: false }));
    const rowsOf = new Uint32Array(asked.length);
    rows.forEach((row, at) => {
      const nr = row.nr - 1;
      const { stored } = batches[nr];
      let last = stored.at(-1);
      if (last?.position !== row.position) {
        last = { shard: row.shard, position: row.position, events: [] };
        stored.push(last);
      }
      rowsOf[nr]++;
      this.addEvents(last, keys[nr], row, samples[at]);
    });
    batches.forEach((batch, nr) => {
      batch.more = rowsOf[nr] > ROWS_MAX;
      // The last position may be cut through; alone it is passed on nevertheless, or nothing would ever move.
      if (batch.more && batch.stored.length > 1) batch.stored.pop();
    });
    return batches;
  }

  private addEvents(
    to: StoredResults,
    targetKey: number,
    row: RecentRow,
    samples: ReturnType<typeof decodeSeriesBody>,
  ): void {
    for (let sample = 0; sample < samples.count; sample++) {
      const agent = this.agents.of(samples.agentNo[sample]);
      const result = probeResult(agent, row.check_no, row.window_start.getTime(), samples, sample);
      const id = liveIdText({ shard: to.shard, position: to.position, index: to.events.length });
      to.events.push({ id, targetKey, result });
    }
  }
}
