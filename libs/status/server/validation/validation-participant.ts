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
import { ValidationEffects } from './validation-effects';
import { ValidationRecovery } from './validation-recovery';
import { ValidationState } from './validation-state';
import type { ValidationTables } from './validation-tables';

/** Name of the participant in `shard_position`. */
export const VALIDATION_PARTICIPANT = 'validation';

/** Participant for the checks of one shard that expect `unreachable`: their statuses and evidence logs. */
export class ValidationParticipant<T = WriterTransaction> implements ShardParticipant<T> {
  readonly name = VALIDATION_PARTICIPANT;
  private readonly state: ValidationState;
  private readonly effects: ValidationEffects<T>;
  private readonly recovery: ValidationRecovery<T>;

  constructor(
    shard: number,
    directoryOf: () => ShardDirectory,
    tables: ValidationTables<T>,
    committed: () => void = () => undefined,
  ) {
    this.effects = new ValidationEffects(shard, tables, committed);
    this.state = new ValidationState(directoryOf, this.effects, shard);
    this.recovery = new ValidationRecovery(shard, tables, this.state);
  }

  onTarget(target: TargetEntry, clock: ShardClock, place: RecordPlace): void {
    this.state.onTarget(target, clock, place);
  }

  onTargetRemoved(target: TargetEntry, clock: ShardClock, place: RecordPlace): void {
    this.state.onTargetRemoved(target, clock, place);
  }

  onResults(batch: ResultBatch, clock: ShardClock, place: RecordPlace): void {
    this.state.onResults(batch, clock, place);
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

  /** Raises the number above which changes are numbered: changes up to it may not be stored, but consumers have seen them. */
  numberAbove(changeSeq: number): void {
    this.recovery.numberAbove(changeSeq);
  }

  loadStoredRows(rows: T): Promise<void> {
    return this.recovery.loadStored(rows);
  }

  reconcileReplay(): number {
    return this.recovery.reconcileStored();
  }

  async resetAfterGap(_transaction: T, clock: ShardClock): Promise<void> {
    this.state.forgetResults(clock);
  }

  takePendingWrite(): PendingWrite<T> | null {
    return this.effects.drainEffects();
  }

  waitingRows(): number {
    return this.effects.size;
  }

  hasPending(): boolean {
    return this.effects.size > 0;
  }
}
