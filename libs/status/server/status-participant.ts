import type {
  AgentEntry,
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
import type { ThresholdColumns } from '@icmp-mon/probing/wire';
import { type StatusCommitted, StatusEffects } from './status-effects';
import { StatusRecovery } from './status-recovery';
import { StatusState } from './status-state';
import type { StatusTables } from './status-tables';

/** Name of the participant in `shard_position`, whose row holds up to where statuses are judged. */
export const STATUS_PARTICIPANT = 'status';

/**
 * Participant for the statuses of one shard: the state judges, the effects collect rows, and the recovery reconciles the state with stored
 * rows.
 */
export class StatusParticipant<T = WriterTransaction> implements ShardParticipant<T> {
  readonly name = STATUS_PARTICIPANT;
  private readonly state: StatusState;
  private readonly effects: StatusEffects<T>;
  private readonly recovery: StatusRecovery<T>;

  constructor(
    shard: number,
    directoryOf: () => ShardDirectory,
    tables: StatusTables<T>,
    committed: StatusCommitted = { statuses: () => undefined, pairs: () => undefined },
  ) {
    this.effects = new StatusEffects(shard, tables, (target) => this.state.votes.verdictsOf(target), committed);
    this.state = new StatusState(directoryOf, this.effects);
    this.recovery = new StatusRecovery(shard, tables, this.state, directoryOf);
  }

  onPairAssigned(slot: number, target: TargetEntry, clock: ShardClock): void {
    this.state.onPairAssigned(slot, target, clock);
  }

  onPairUnassigned(slot: number, target: TargetEntry): void {
    this.state.onPairUnassigned(slot, target);
  }

  onTarget(target: TargetEntry, clock: ShardClock, place: RecordPlace): void {
    this.recovery.onTarget(target);
    this.state.onTarget(target, clock, place);
  }

  onAgent(agent: AgentEntry, clock: ShardClock, place: RecordPlace): void {
    this.state.onAgent(agent, clock, place);
  }

  onAgentCondition(target: TargetEntry, clock: ShardClock, place: RecordPlace): void {
    this.state.onAgentCondition(target, clock, place);
  }

  onTargetRemoved(target: TargetEntry, clock: ShardClock, place: RecordPlace): void {
    this.state.onTargetRemoved(target, clock, place);
  }

  onResults(batch: ResultBatch, clock: ShardClock, place: RecordPlace): void {
    this.state.onResults(batch, clock, place);
  }

  onThresholds(rows: ThresholdColumns, _clock: ShardClock, place: RecordPlace): void {
    this.state.onThresholds(rows, place);
  }

  onTick(clock: ShardClock, place: RecordPlace): void {
    this.state.onTick(clock, place);
  }

  checkpoint(): CheckpointPart {
    return this.state.checkpoint();
  }

  restore(part: CheckpointPart): void {
    this.state.restore(part);
    this.recovery.numberAbove(this.state.changeSeq, this.state.pairChanges.current.changeSeq);
  }

  /** Raises the numbers above which changes are numbered: changes up to them may not be stored, but consumers have seen them. */
  numberAbove(changeSeq: number, pairChangeSeq = 0): void {
    this.recovery.numberAbove(changeSeq, pairChangeSeq);
  }

  loadStoredRows(rows: T): Promise<void> {
    return this.recovery.loadStored(rows);
  }

  reconcileReplay(): number {
    return this.recovery.reconcile();
  }

  resetAfterGap(transaction: T, clock: ShardClock, position: number | null): Promise<void> {
    return this.recovery.resetAfterGap(transaction, clock, position);
  }

  takePendingWrite(): PendingWrite<T> | null {
    this.recovery.removeOrphans();
    return this.effects.drainEffects();
  }

  waitingRows(): number {
    return this.effects.size;
  }

  hasPending(): boolean {
    return this.effects.size > 0;
  }
}
