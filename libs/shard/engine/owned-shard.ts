import { compressChecked, decompressBounded } from '@icmp-mon/platform/zstd';
import { CheckpointUnreadable } from './checkpoint-codec';
import type { ShardDirectory } from './directory';
import { ShardFold } from './fold';
import type { Continuation, PendingWrite, ShardParticipant } from './participant';
import type { Claim, ShardReader } from './shard-store';
import type { ShardCommit } from './write-commits';
import type { WriterTransaction } from './writer';

/** Position lower than any that a shard has stored. */
const BEFORE_ANY = -2;
/** How much may wait for a commit before reading pauses. */
export interface UncommittedMax {
  records: number;
  /** Rows stay in memory until the commit. The last record may exceed this. */
  rows: number;
}

const UNCOMMITTED_MAX: UncommittedMax = { records: 5_000, rows: 20_000 };
const CHECKPOINT_BYTES_MAX = 1024 * 1024 * 1024;

/** A shard that this process owns: its fold, and the position up to which each participant's effects are committed. */
export class OwnedShard<T = WriterTransaction> {
  offset: number;
  /** Set when following the log ended with an error. The shard is then taken over again. */
  failure: Error | null = null;
  /** Number of records that had been applied when the last commit collected their effects. */
  private committedRecords = 0;
  /** Participants with stored keys that are committed ahead of the participant's position. */
  private readonly participantsCommittedAhead: Set<string>;
  /** Participants whose replay has not reached their stored position yet. */
  private replaying: ShardParticipant<T>[];

  private constructor(
    readonly claim: Claim,
    readonly fold: ShardFold<T>,
    private readonly positions: Map<string, number>,
    /** By participant and key; deleted once the replay has passed it. */
    private readonly committedAhead: Map<string, Map<number, number>>,
    checkpointPosition: number,
    private readonly warn: (message: string, detail: Record<string, unknown>) => void,
    private readonly uncommittedMax: UncommittedMax,
  ) {
    this.offset = checkpointPosition;
    this.participantsCommittedAhead = new Set(committedAhead.keys());
    this.replaying = fold.participants.filter((each) => each.reconcileReplay !== undefined);
  }

  /**
   * Loads the latest checkpoint (not with `fresh`) and the positions. The next record to apply is the one at `offset + 1`.
   * @throws CheckpointUnreadable regardless of what is wrong with the checkpoint
   */
  static async load<T>(
    reader: ShardReader<T>,
    claim: Claim,
    participantsOf: (directory: () => ShardDirectory) => ShardParticipant<T>[],
    warn: (message: string, detail: Record<string, unknown>) => void,
    { fresh = false, uncommittedMax = UNCOMMITTED_MAX }: { fresh?: boolean; uncommittedMax?: UncommittedMax } = {},
  ): Promise<OwnedShard<T>> {
    const { checkpoint, checkpointPosition, positions, committedAhead } = await reader.loadShard(claim.shard);
    const fold: ShardFold<T> = new ShardFold(
      claim.shard,
      participantsOf(() => fold.directory),
      warn,
    );
    if (checkpoint && !fresh) restore(fold, checkpoint);
    for (const participant of fold.participants) await participant.loadStoredRows?.(reader.rows);
    return new OwnedShard(claim, fold, positions, committedAhead, checkpointPosition, warn, uncommittedMax);
  }

  get shard(): number {
    return this.claim.shard;
  }

  /** Whether the replay has passed everything that was stored before the takeover. */
  get isCaughtUp(): boolean {
    return this.committedAhead.size === 0 && [...this.positions.values()].every((position) => position <= this.offset);
  }

  /** Whether reading has to pause because too much waits for a commit. */
  get awaitsCommit(): boolean {
    const rows = this.fold.participants.reduce((sum, each) => sum + (each.waitingRows?.() ?? 0), 0);
    if (rows > this.uncommittedMax.rows) return true;
    return this.isCaughtUp && this.fold.counters.records - this.committedRecords > this.uncommittedMax.records;
  }

  applyRecord(offset: number, value: Uint8Array): void {
    if (this.replaying.length > 0)
      this.reconcileReplays((participant) => offset > (this.positions.get(participant) ?? -1));
    this.fold.applyRecord(
      offset,
      value,
      (participant) => this.positions.get(participant) ?? -1,
      (participant) => this.committedAhead.get(participant) ?? null,
    );
    this.offset = offset;
    for (const [participant, keys] of this.committedAhead) {
      if ([...keys.values()].every((position) => position <= offset)) this.committedAhead.delete(participant);
    }
  }

  private reconcileReplays(isDue: (participant: string) => boolean): void {
    for (const participant of this.replaying.filter(({ name }) => isDue(name))) {
      const differing = participant.reconcileReplay?.() ?? 0;
      if (differing === 0) continue;
      const detail = { shard: this.shard, participant: participant.name, differing };
      this.warn(
        'replay differs from the stored results, as after a change of rules; the stored results are kept',
        detail,
      );
    }
    this.replaying = this.replaying.filter(({ name }) => !isDue(name));
  }

  /**
   * Continues after `position` although records before it may be lost. With `newLog` the stored positions belong to another log and are
   * reset; otherwise effects that are stored beyond `position` remain marked as committed. Returns the commit that stores this, with a
   * checkpoint.
   */
  async skipToPosition(transaction: T, { position, newLog, ...feed }: Continuation): Promise<ShardCommit<T>> {
    this.reconcileReplays(() => true);
    if (newLog) for (const name of this.positions.keys()) this.positions.set(name, BEFORE_ANY);
    this.committedAhead.clear();
    this.offset = position;
    await this.fold.skipToPosition(transaction, { position, newLog, ...feed });
    await this.prepareWrites();
    const commit = this.takeCommit(true);
    if (this.hasPending())
      throw new Error(`Shard ${this.shard} still has pending effects after all were collected; nothing was stored.`);
    const checkpoint = { position, bytes: compressChecked(this.fold.checkpoint()) };
    const { writes, positions } = commit ?? { writes: [], positions: new Map<string, number>() };
    const caughtUp = [...this.participantsCommittedAhead];
    const committedAhead = new Map<string, readonly number[]>();
    const atMs = this.fold.nowMs;
    return { claim: this.claim, writes, positions, committedAhead, caughtUp, offset: position, atMs, checkpoint };
  }

  hasPending(): boolean {
    return this.fold.participants.some((participant) => participant.hasPending());
  }

  wantsCheckpoint(): boolean {
    return this.isCaughtUp && this.fold.participants.some((participant) => participant.wantsCheckpoint?.() === true);
  }

  async prepareWrites(): Promise<void> {
    for (const participant of this.fold.participants) await participant.prepareWrite?.();
  }

  /**
   * Collects what is to be written now, in one synchronous step. With `checkpoint` every participant returns everything it has, so that
   * the stored state has no effects outstanding; if one cannot, this commit has no checkpoint.
   */
  takeCommit(checkpoint: boolean): ShardCommit<T> | null {
    this.committedRecords = this.fold.counters.records;
    const writes: PendingWrite<T>[] = [];
    const positions = new Map<string, number>();
    const committedAhead = new Map<string, readonly number[]>();
    for (const participant of this.fold.participants) {
      const write = participant.takePendingWrite(checkpoint);
      if (write) writes.push(write);
      if (write?.committedAhead) committedAhead.set(participant.name, write.committedAhead);
      const stored = this.positions.get(participant.name) ?? -1;
      if (!participant.hasPending() && this.offset > stored) positions.set(participant.name, this.offset);
    }
    const complete = this.isCaughtUp && !this.hasPending();
    const bytes = checkpoint && complete ? compressChecked(this.fold.checkpoint()) : null;
    if (writes.length === 0 && positions.size === 0 && !bytes) return null;
    return {
      claim: this.claim,
      writes,
      positions,
      committedAhead,
      // Until the replay has passed them, the next takeover still needs them.
      caughtUp: [...this.participantsCommittedAhead].filter(
        (name) => positions.has(name) && !this.committedAhead.has(name),
      ),
      offset: this.offset,
      atMs: this.fold.nowMs,
      checkpoint: bytes && { position: this.offset, bytes },
    };
  }

  afterCommit(commit: ShardCommit<T>): void {
    for (const [participant, position] of commit.positions) this.positions.set(participant, position);
    for (const participant of commit.caughtUp) this.participantsCommittedAhead.delete(participant);
    for (const participant of commit.committedAhead.keys()) this.participantsCommittedAhead.add(participant);
    for (const write of commit.writes) write.afterCommit?.();
  }
}

function restore<T>(fold: ShardFold<T>, checkpoint: Uint8Array): void {
  try {
    fold.restore(decompressBounded(checkpoint, CHECKPOINT_BYTES_MAX));
  } catch (error) {
    if (error instanceof CheckpointUnreadable) throw error;
    throw new CheckpointUnreadable(error instanceof Error ? error.message : String(error), { cause: error });
  }
}
