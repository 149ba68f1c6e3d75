import type { UncountedReason } from '@icmp-mon/probing/contract';
import type { WriterTransaction } from '@icmp-mon/shard/engine';

/** Results of one agent within one minute that are not counted, or not as the agent sent them. */
export interface UncountedSum {
  agentId: string;
  reason: UncountedReason;
  minuteMs: number;
  results: number;
  lastMs: number;
}

/** Store of the sums; `T` is the transaction that a shard's store gives to its participants. */
export interface UncountedTables<T> {
  /** Adds to the stored sums of the same agent, minute and reason. */
  add(rows: T, shard: number, sums: readonly UncountedSum[]): Promise<void>;
}

export const postgresUncountedTables: UncountedTables<WriterTransaction> = {
  async add(transaction, shard, sums) {
    await transaction.query(
      `INSERT INTO agent_uncounted AS kept (shard, agent_id, reason, minute, results, last_at)
           SELECT $1, "agentId", reason, to_timestamp("minuteMs" / 1000), results, to_timestamp("lastMs" / 1000)
           FROM jsonb_to_recordset($2::jsonb)
             AS r("agentId" uuid, reason text, "minuteMs" float8, results bigint, "lastMs" float8)
           ON CONFLICT (agent_id, minute, reason, shard) DO UPDATE
           SET results = kept.results + excluded.results, last_at = greatest(kept.last_at, excluded.last_at)`,
      [shard, JSON.stringify(sums)],
    );
  },
};
