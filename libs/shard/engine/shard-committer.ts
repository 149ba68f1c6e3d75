import type { LogReader } from '@icmp-mon/platform/messaging';
import type { EngineTime } from './engine-time';
import type { HeldShards } from './held-shards';
import type { OwnedShard } from './owned-shard';
import type { ShardOwnership } from './ownership';
import type { CommitConnection, ShardStore } from './shard-store';
import { EpochLost, writeCommits, type ShardCommit } from './write-commits';

const COMMIT_MS = 250;
const COMMIT_REST_MS = 20;
const POLL_MS = 20;
/** Positions of records without effects are stored this seldom. */
const IDLE_COMMIT_MS = 2_000;

export interface HostLogger {
  info(detail: object, message: string): void;
  warn(detail: object, message: string): void;
}

export interface CommitterOptions<T> {
  store: ShardStore<T>;
  time: EngineTime;
  logger: HostLogger;
  ownership: ShardOwnership;
  /** The log that shards are followed in; null before it is open. */
  log: () => LogReader | null;
}

/**
 * Commits the effects and positions of all held shards, in one transaction over one connection. Whatever goes wrong with a commit,
 * the memory of its shards is dropped and taken over again from the last checkpoint.
 */
export class ShardCommitter<T> {
  /** Null while there is none. */
  connection: CommitConnection<T> | null = null;
  private stopping = false;
  private lastIdleCommitMs = -Infinity;
  private commitsDone = 0;

  constructor(
    private readonly held: HeldShards<T>,
    private readonly options: CommitterOptions<T>,
  ) {}

  async connect(): Promise<void> {
    const { store, ownership } = this.options;
    let connection: CommitConnection<T> | null = null;
    connection = await store.connectWriter(`icmp-mon ${ownership.holder}`, (error) => {
      // Also called when connecting itself fails, which the caller gets anyway.
      if (!connection || this.connection !== connection) return;
      this.connection = null;
      this.held.failAll(error);
    });
    this.connection = connection;
  }

  async close(): Promise<void> {
    await this.connection?.close();
  }

  /** Ends `run` and every wait for a commit. */
  stop(): void {
    this.stopping = true;
  }

  async run(): Promise<void> {
    const { time, logger } = this.options;
    let beganMs = time.nowMs();
    while (!this.stopping) {
      // From one beginning to the next: a long commit does not make the results behind it wait longer still.
      await time.sleep(Math.max(COMMIT_REST_MS, COMMIT_MS - (time.nowMs() - beganMs)));
      beganMs = time.nowMs();
      try {
        const due = this.held.all().find((owned) => owned.wantsCheckpoint());
        await this.commit(due ? [due.shard] : []);
        if (this.held.excess) await this.giveUp(this.held.excess);
      } catch (error) {
        logger.warn({ err: error }, 'a commit failed; its shards are taken over again');
        this.held.failAll(error instanceof Error ? error : new Error(String(error)));
        if (error instanceof EpochLost) {
          logger.warn({ err: error }, 'another projector has taken shards of this one');
        }
      }
    }
  }

  /**
   * Back-pressure: waits until what was applied is stored, or the shard is lost. A shard that is given up waits no longer: giving it
   * up waits for its records to be worked off, and commits them then.
   */
  async nextCommit(owned: OwnedShard<T>): Promise<void> {
    const before = this.commitsDone;
    const waits = (): boolean => this.held.isCurrent(owned) && this.held.excess !== owned;
    while (!this.stopping && this.commitsDone === before && waits()) await this.options.time.sleep(POLL_MS);
  }

  async commit(checkpoints: readonly number[]): Promise<void> {
    const { time } = this.options;
    if (!this.connection || this.held.size === 0) return;
    for (const owned of this.held.all()) await owned.prepare();
    const idleDue = time.nowMs() - this.lastIdleCommitMs >= IDLE_COMMIT_MS;
    const takes: { owned: OwnedShard<T>; commit: ShardCommit<T> }[] = [];
    for (const owned of this.held.all()) {
      if (owned.failure) continue;
      const checkpoint = checkpoints.includes(owned.shard);
      if (!checkpoint && !idleDue && !owned.hasPending()) continue;
      const commit = owned.take(checkpoint);
      if (commit) takes.push({ owned, commit });
      // Several shards may fold a window of millions of samples.
      await time.turn();
    }
    if (idleDue) this.lastIdleCommitMs = time.nowMs();
    // One that was lost since must not fail the commit of the others.
    const taken = takes.filter(({ owned }) => this.held.isCurrent(owned));
    if (taken.length > 0) {
      const commits = taken.map(({ commit }) => commit);
      await this.connection.commit((transaction) => writeCommits(transaction, commits));
      for (const { owned, commit } of taken) {
        owned.committed(commit);
        this.held.noteStored(owned.shard);
      }
    }
    this.commitsDone++;
  }

  private async giveUp(owned: OwnedShard<T>): Promise<void> {
    const { log, ownership, logger } = this.options;
    try {
      if (!this.held.isCurrent(owned)) return;
      await log()?.unfollow(owned.shard);
      await this.commit([owned.shard]);
      this.held.remove(owned.shard);
      await ownership.release([owned.claim]);
      logger.info({ shard: owned.shard }, 'gave a shard to another projector');
    } finally {
      this.held.excess = null;
    }
  }
}
