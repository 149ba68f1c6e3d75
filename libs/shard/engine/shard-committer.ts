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
/** Positions without effects are stored at most this often, in ms. */
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
  /** The log in which shards are followed; null before it is open. */
  log: () => LogReader | null;
}

/**
 * Commits effects and positions of all held shards, in one transaction over one connection. When a commit fails, regardless of why, the
 * memory of its shards is discarded, and they are taken over again from the last checkpoint.
 */
export class ShardCommitter<T> {
  /** Null while not connected. */
  connection: CommitConnection<T> | null = null;
  private stopping = false;
  private lastIdleCommitMs = -Infinity;
  private commitsDone = 0;

  constructor(
    private readonly held: HeldShards<T>,
    private readonly options: CommitterOptions<T>,
  ) {}

  async connectWriter(): Promise<void> {
    const { store, ownership } = this.options;
    let connection: CommitConnection<T> | null = null;
    connection = await store.connectWriter(`icmp-mon ${ownership.holder}`, (error) => {
      // Also called when connecting fails; the caller gets that error anyway.
      if (!connection || this.connection !== connection) return;
      this.connection = null;
      this.held.failAll(error);
    });
    this.connection = connection;
  }

  async close(): Promise<void> {
    await this.connection?.close();
  }

  /** Ends `runCommits` and every wait for a commit. */
  stop(): void {
    this.stopping = true;
  }

  async runCommits(): Promise<void> {
    const { time, logger } = this.options;
    let beganMs = time.nowMs();
    while (!this.stopping) {
      // The interval runs from start to start: after a long commit the next one follows after a short rest.
      await time.sleepFor(Math.max(COMMIT_REST_MS, COMMIT_MS - (time.nowMs() - beganMs)));
      beganMs = time.nowMs();
      try {
        const due = this.held.all().find((owned) => owned.wantsCheckpoint());
        await this.commit(due ? [due.shard] : []);
        if (this.held.excess) await this.giveUp(this.held.excess);
      } catch (error) {
        logger.warn({ err: error }, 'commit failed; its shards will be taken over again');
        this.held.failAll(error instanceof Error ? error : new Error(String(error)));
        if (error instanceof EpochLost) {
          logger.warn({ err: error }, 'epoch lost: another projector took over shards of this one');
        }
      }
    }
  }

  /**
   * Back-pressure: waits until what was applied is committed or the shard is lost. Does not wait for a shard that is being given up:
   * giving it up waits for its records to be applied, and then commits them.
   */
  async nextCommit(owned: OwnedShard<T>): Promise<void> {
    const before = this.commitsDone;
    const waits = (): boolean => this.held.isCurrent(owned) && this.held.excess !== owned;
    while (!this.stopping && this.commitsDone === before && waits()) await this.options.time.sleepFor(POLL_MS);
  }

  async commit(checkpoints: readonly number[]): Promise<void> {
    const { time } = this.options;
    if (!this.connection || this.held.size === 0) return;
    for (const owned of this.held.all()) await owned.prepareWrites();
    const idleDue = time.nowMs() - this.lastIdleCommitMs >= IDLE_COMMIT_MS;
    const takes: { owned: OwnedShard<T>; commit: ShardCommit<T> }[] = [];
    for (const owned of this.held.all()) {
      if (owned.failure) continue;
      const checkpoint = checkpoints.includes(owned.shard);
      if (!checkpoint && !idleDue && !owned.hasPending()) continue;
      const commit = owned.takeCommit(checkpoint);
      if (commit) takes.push({ owned, commit });
      // Several shards may each fold a window of millions of samples: let other work run in between.
      await time.yieldTurn();
    }
    if (idleDue) this.lastIdleCommitMs = time.nowMs();
    // A shard that was lost in the meantime must not fail the commit of the others.
    const taken = takes.filter(({ owned }) => this.held.isCurrent(owned));
    if (taken.length > 0) {
      const commits = taken.map(({ commit }) => commit);
      await this.connection.commit((transaction) => writeCommits(transaction, commits));
      for (const { owned, commit } of taken) {
        owned.afterCommit(commit);
        this.held.noteStored(owned.shard);
      }
    }
    this.commitsDone++;
  }

  private async giveUp(owned: OwnedShard<T>): Promise<void> {
    const { log, ownership, logger } = this.options;
    try {
      if (!this.held.isCurrent(owned)) return;
      await log()?.unfollowPartition(owned.shard);
      await this.commit([owned.shard]);
      this.held.remove(owned.shard);
      await ownership.releaseShards([owned.claim]);
      logger.info({ shard: owned.shard }, 'shard released for another projector');
    } finally {
      this.held.excess = null;
    }
  }
}
