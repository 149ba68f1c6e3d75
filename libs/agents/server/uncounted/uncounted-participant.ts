import type { CheckpointPart, PendingWrite, RecordPlace, ShardClock, ShardParticipant } from '@icmp-mon/shard/engine';
import type { UncountedReason } from '@icmp-mon/probing/contract';

const MINUTE_MS = 60_000;
/** Sums wait this long, so that a thousand agents cost a thousand rows per second at most. */
const WRITE_EVERY_MS = 1_000;

interface Sum {
  agentId: string;
  reason: UncountedReason;
  minuteMs: number;
  results: number;
  lastMs: number;
}

/** Counts, per agent, reason and minute, the results that are not counted as the agent meant, into `agent_uncounted`. */
export class UncountedParticipant implements ShardParticipant {
  readonly name = 'uncounted';
  private sums = new Map<string, Sum>();
  private writtenMs = -Infinity;

  constructor(
    private readonly shard: number,
    private readonly nowMs: () => number = () => performance.now(),
  ) {}

  onUncounted(agentId: string, reason: UncountedReason, results: number, clock: ShardClock, place: RecordPlace): void {
    if (place.muted) return;
    const minuteMs = Math.floor(clock.atMs / MINUTE_MS) * MINUTE_MS;
    const key = `${agentId}/${reason}/${minuteMs}`;
    const sum = this.sums.get(key) ?? { agentId, reason, minuteMs, results: 0, lastMs: 0 };
    sum.results += results;
    sum.lastMs = Math.max(sum.lastMs, clock.atMs);
    this.sums.set(key, sum);
  }

  /** Nothing: what is pending is stored with the checkpoint. */
  checkpoint(): CheckpointPart {
    return { head: null, columns: {} };
  }

  restore(): void {
    this.sums = new Map();
  }

  hasPending(): boolean {
    return this.sums.size > 0;
  }

  take(force: boolean): PendingWrite | null {
    if (this.sums.size === 0 || (!force && this.nowMs() - this.writtenMs < WRITE_EVERY_MS)) return null;
    this.writtenMs = this.nowMs();
    const sums = [...this.sums.values()];
    this.sums = new Map();
    return {
      rows: sums.length,
      write: async (transaction) => {
        await transaction.query(
          `INSERT INTO agent_uncounted AS kept (shard, agent_id, reason, minute, results, last_at)
           SELECT $1, "agentId", reason, to_timestamp("minuteMs" / 1000), results, to_timestamp("lastMs" / 1000)
           FROM jsonb_to_recordset($2::jsonb)
             AS r("agentId" uuid, reason text, "minuteMs" float8, results bigint, "lastMs" float8)
           ON CONFLICT (agent_id, minute, reason, shard) DO UPDATE
           SET results = kept.results + excluded.results, last_at = greatest(kept.last_at, excluded.last_at)`,
          [this.shard, JSON.stringify(sums)],
        );
      },
    };
  }
}
