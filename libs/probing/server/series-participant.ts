import type {
  CheckpointPart,
  PendingWrite,
  RecordPlace,
  ResultBatch,
  ShardClock,
  ShardDirectory,
  ShardParticipant,
  TargetEntry,
  WriterTransaction,
} from '@icmp-mon/shard/engine';
import type { AgentNumbers } from './agent-numbers';
import type { LiveBus } from './live-publisher';
import { FRAGMENT_ROWS_PER_S, SeriesEffects } from './series-effects';
import { SeriesRecovery } from './series-recovery';
import { SeriesState } from './series-state';
import type { SeriesTables } from './series-tables';

export interface SeriesOptions<T> {
  tables: SeriesTables<T>;
  agentNumbers: AgentNumbers;
  liveBus: LiveBus;
  /** Monotonic clock, ms; the process's own unless set. */
  nowMs?: () => number;
  /** 500 unless set. */
  fragmentRowsPerS?: number;
}

/** Stores the results of one shard in `probe_recent` (fragments) and `probe_series` (complete windows). */
export class SeriesParticipant<T = WriterTransaction> implements ShardParticipant<T> {
  readonly name = 'series';
  private readonly state: SeriesState;
  private readonly effects: SeriesEffects<T>;
  private readonly recovery: SeriesRecovery<T>;

  constructor(shard: number, directoryOf: () => ShardDirectory, options: SeriesOptions<T>) {
    const { nowMs = () => performance.now(), fragmentRowsPerS = FRAGMENT_ROWS_PER_S } = options;
    this.state = new SeriesState(shard, directoryOf);
    this.effects = new SeriesEffects(shard, this.state, directoryOf, { ...options, nowMs, fragmentRowsPerS });
    this.recovery = new SeriesRecovery(shard, options.tables, this.state);
  }

  onResults(batch: ResultBatch, _clock: ShardClock, place: RecordPlace): void {
    this.state.onResults(batch, place);
  }

  onTargetRemoved(_target: TargetEntry, _clock: ShardClock, place: RecordPlace): void {
    this.state.onTargetRemoved(place);
  }

  onTick(clock: ShardClock, place: RecordPlace): void {
    this.state.onTick(clock, place);
  }

  checkpoint(): CheckpointPart {
    return this.state.checkpoint();
  }

  restore(part: CheckpointPart): void {
    this.state.restore(part);
  }

  wantsCheckpoint(): boolean {
    return this.state.checkpointDue;
  }

  prepareWrite(): Promise<void> {
    return this.effects.prepareWrite();
  }

  takePendingWrite(force: boolean): PendingWrite<T> | null {
    return this.effects.drainEffects(force);
  }

  hasPending(): boolean {
    return this.state.hasPending;
  }

  resetAfterGap(transaction: T, _clock: ShardClock, position: number | null): Promise<void> {
    return this.recovery.resetAfterGap(transaction, position);
  }
}
