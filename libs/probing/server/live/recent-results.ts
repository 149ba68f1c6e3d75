import { decodeSeriesBody, type LiveEvent } from '@icmp-mon/probing/contract';
import { TelemetryDatabase } from '@icmp-mon/platform/database';
import { Injectable } from '@nestjs/common';
import { probeResult } from '../results/probe-result';
import { StoredAgents } from '../results/stored-agents';
import { liveIdText } from './live-id';

/** Live views reach as far back as this; who was away for longer reads the results anew. */
export const LIVE_KEPT_MS = 3_600_000;
const ROWS_MAX = 500;

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
  shard: number;
  position: number;
  check_no: number;
  window_start: Date;
  body: Buffer;
}

/** The order in which index numbers are given. */
const AFTER = `
  SELECT shard, position, check_no, window_start, body FROM probe_recent
  WHERE target_key = $1 AND position >= $2 AND window_start >= now() - $3 * interval '1 millisecond'
  ORDER BY position, check_no, window_start LIMIT ${ROWS_MAX + 1}`;

/** Fragments of the last hour, in the order in which their shard stored them. */
@Injectable()
export class RecentResults {
  constructor(
    private readonly database: TelemetryDatabase,
    private readonly agents: StoredAgents,
  ) {}

  /** The highest position at which the target has results; -1 if it has none. */
  async latestPosition(targetKey: number): Promise<number> {
    const [row] = await this.database.query<{ position: number | null }>(
      `SELECT max(position) AS position FROM probe_recent
       WHERE target_key = $1 AND window_start >= now() - $2 * interval '1 millisecond'`,
      [targetKey, LIVE_KEPT_MS],
    );
    return row?.position ?? -1;
  }

  /** Results stored at `position` and later. */
  async from(targetKey: number, position: number): Promise<RecentBatch> {
    const rows = await this.database.query<RecentRow>(AFTER, [targetKey, position, LIVE_KEPT_MS]);
    const more = rows.length > ROWS_MAX;
    const groups = groupByPosition(rows);
    // The last position may be cut through; alone it is passed on nevertheless, or nothing would ever move.
    if (more && groups.length > 1) groups.pop();
    const samples = groups.map((group) => group.map((row) => decodeSeriesBody(row.body)));
    await this.agents.know(samples.flat().flatMap(({ agentNo, count }) => [...agentNo.subarray(0, count)]));
    const stored = groups.map((group, at) => {
      const [{ shard, position: storedAt }] = group;
      const events: LiveEvent[] = [];
      group.forEach((row, part) => {
        const decoded = samples[at][part];
        for (let sample = 0; sample < decoded.count; sample++) {
          const agent = this.agents.of(decoded.agentNo[sample]);
          const result = probeResult(agent, row.check_no, row.window_start.getTime(), decoded, sample);
          const id = liveIdText({ shard, position: storedAt, index: events.length });
          events.push({ id, targetKey, result });
        }
      });
      return { shard, position: storedAt, events };
    });
    return { stored, more };
  }
}

function groupByPosition(rows: readonly RecentRow[]): RecentRow[][] {
  const groups: RecentRow[][] = [];
  for (const row of rows) {
    const last = groups.at(-1);
    if (last !== undefined && last[0].position === row.position) last.push(row);
    else groups.push([row]);
  }
  return groups;
}
