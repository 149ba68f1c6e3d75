import type {
  CheckpointPart,
  PendingWrite,
  RecordPlace,
  ShardClock,
  ShardParticipant,
  WriterTransaction,
} from '@icmp-mon/shard/engine';
import type { UncountedReason } from '@icmp-mon/probing/contract';
import { UncountedEffects } from './uncounted-effects';
import type { UncountedTables } from './uncounted-tables';

const MINUTE_MS = 60_000;

/**
 * Counts results that are not counted as the agent sent them, per agent, reason and minute, into `agent_uncounted`. It has no state in the
 * checkpoint and nothing to recover: pending sums are stored with the checkpoint, or replayed from the log.
 */
export class UncountedParticipant<T = WriterTransaction> implements ShardParticipant<T> {
  readonly name = 'uncounted';
  private readonly effects: UncountedEffects<T>;

  constructor(shard: number, tables: UncountedTables<T>, nowMs: () => number = () => performance.now()) {
    this.effects = new UncountedEffects(shard, tables, nowMs);
  }

  onUncounted(agentId: string, reason: UncountedReason, results: number, clock: ShardClock, place: RecordPlace): void {
    if (place.alreadyCommitted) return;
    const minuteMs = Math.floor(clock.atMs / MINUTE_MS) * MINUTE_MS;
    this.effects.add({ agentId, reason, minuteMs, results, lastMs: clock.atMs });
  }

  checkpoint(): CheckpointPart {
    return { head: null, columns: {} };
  }

  restore(): void {
    return;
  }

  hasPending(): boolean {
    return this.effects.hasPending;
  }

  takePendingWrite(force: boolean): PendingWrite<T> | null {
    return this.effects.drainEffects(force);
  }
}
