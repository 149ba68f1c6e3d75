import type { LogReader, LogRecord } from '@icmp-mon/platform/messaging';
import { doEach, type Readiness } from '@icmp-mon/platform/ops';
import type { ShardDirectory } from './directory';
import { type EngineTime, systemTime } from './engine-time';
import { HeldShards } from './held-shards';
import { OwnedShard, type UncommittedMax } from './owned-shard';
import { ShardOwnership } from './ownership';
import type { ShardParticipant } from './participant';
import { type HostLogger, ShardCommitter } from './shard-committer';
import type { ShardStore } from './shard-store';
import type { WriterTransaction } from './writer';

const MAINTAIN_MS = 1_000;
/** Other shards, commits, lease renewals and heartbeats get their turn at least this often, but for one large record. */
const TURN_MS = 20;
/** A takeover, or the last commit, that takes longer loses its leases. */
const RENEWED_DURING_MS_MAX = 60_000;

export interface ShardHostOptions<T = WriterTransaction> {
  store: ShardStore<T>;
  shardCount: number;
  /** Unique to this process. */
  holder: string;
  openLog(): Promise<LogReader>;
  participants(shard: number, directory: () => ShardDirectory): ShardParticipant<T>[];
  logger: HostLogger;
  /** The process's own unless set. */
  time?: EngineTime;
  /** 5,000 records and 20,000 rows unless set. */
  uncommittedMax?: UncommittedMax;
}

/** Thrown when the connection that was to commit for a shard is lost while the shard is taken over. */
export class WriterLost extends Error {
  constructor() {
    super('the connection that was to commit for it is lost');
    this.name = 'WriterLost';
  }
}

/**
 * Owns shards under leases, folds their logs and has effects and positions committed, one transaction for all shards.
 *
 *     free ──take──▶ owned ──load, recall──▶ restored ──follow──▶ catching up ──resume──▶ live
 *      ▲               ▲                                               │                  │ │
 *      │               └──── take again, after growing pauses ── lost ◀┴──────────────────┘ │
 *      └───────────────────────── give up: unfollow, last commit, release ◀─────────────────┘
 *
 * - owned: the shard's row has this holder, the next epoch, and the connection over which this process commits. The former owner's
 *   connection is ended first; its open commit either was done before the epoch rose, or never is.
 * - restored: the fold has the latest checkpoint, and participants know what is stored of theirs.
 * - catching up: records up to each participant's stored position change its state and have no effects. There what is stored counts
 *   (`resume`), whatever the replay came to.
 * - live: effects wait for the next commit. When too many wait, reading does too.
 * - lost: the lease lapsed, another projector took the shard, a commit failed, or the log cannot be read. The memory is dropped; nothing of
 *   it is worth keeping, since state = fold(checkpoint, log).
 *
 * Invariants, which `libs/shard/simulator` checks:
 *
 * 1. Rows of a shard are committed under its current epoch only, over the connection that its row names.
 * 2. Effects, positions and checkpoint of all shards of a commit are stored together or not at all; positions never go back.
 * 3. Leases are renewed during everything that may last longer than they do: takeovers, commits, stopping.
 * 4. A shard that cannot be taken over holds up no other one.
 */
export class ShardHost<T = WriterTransaction> {
  private readonly time: EngineTime;
  private readonly ownership: ShardOwnership;
  private readonly held: HeldShards<T>;
  private readonly committer: ShardCommitter<T>;
  private log: LogReader | null = null;
  private running: Promise<void>[] = [];
  private stopping = false;
  private trouble: string | null = 'not started';

  constructor(private readonly options: ShardHostOptions<T>) {
    const { store, holder, logger, time = systemTime } = options;
    this.time = time;
    this.ownership = new ShardOwnership(store, holder);
    this.held = new HeldShards(time);
    this.committer = new ShardCommitter(this.held, {
      ...{ store, time, logger, ownership: this.ownership },
      log: () => this.log,
    });
  }

  start(): void {
    this.running = [this.maintainForEver(), this.committer.run()];
  }

  /** Shards owned now, with the offset applied last. */
  owners(): { shard: number; offset: number; caughtUp: boolean }[] {
    return this.held.all().map(({ shard, offset, isCaughtUp }) => ({ shard, offset, caughtUp: isCaughtUp }));
  }

  folds(): readonly OwnedShard<T>[] {
    return this.held.all();
  }

  readiness(): Readiness {
    return this.trouble ? { ok: false, detail: this.trouble } : this.held.readiness(this.options.shardCount);
  }

  async stop(): Promise<void> {
    this.stopping = true;
    this.committer.stop();
    // A commit that is under way may take longer than leases live.
    await this.whileRenewing(async () => void (await Promise.all(this.running)));
    const claims = this.held.all().map(({ claim }) => claim);
    const shards = claims.map(({ shard }) => shard);
    await doEach([
      ...shards.map((shard) => () => this.log?.unfollow(shard)),
      () => this.whileRenewing(() => this.committer.commit(shards)),
      () => this.ownership.release(claims),
      () => this.ownership.leave(),
      () => this.log?.close(),
      () => this.committer.close(),
    ]);
  }

  private async maintainForEver(): Promise<void> {
    while (!this.stopping) {
      try {
        await this.maintain();
        this.trouble = null;
      } catch (error) {
        this.trouble = error instanceof Error ? error.message : String(error);
        this.options.logger.warn({ err: error }, 'cannot look after the shards; trying again');
      }
      await this.time.sleep(MAINTAIN_MS);
    }
  }

  private async maintain(): Promise<void> {
    const { shardCount } = this.options;
    if (!this.committer.connection) await this.connect();
    if (!this.log) this.log = await this.options.openLog();
    if (this.log.partitionCount !== shardCount) {
      throw new Error(
        `The shard log has ${this.log.partitionCount} partitions, ICMPMON_SHARD_COUNT says ${shardCount}.`,
      );
    }
    const claims = await this.ownership.renew();
    for (const owned of this.held.all()) {
      const kept = claims.some((claim) => claim.shard === owned.shard && claim.epoch === owned.claim.epoch);
      if (!kept || owned.failure) await this.drop(owned.shard, owned.failure?.message ?? 'the lease was lost');
    }
    for (const claim of claims) {
      if (!this.held.has(claim.shard)) await this.tryTakeOver(claim.shard, true);
    }
    const share = await this.ownership.share(shardCount);
    for (const shard of await this.ownership.free(share - this.held.size)) await this.tryTakeOver(shard, false);
    // One at a time, and only what is in order: the other projector takes it at its next look.
    if (this.held.size > share) this.held.excess ??= this.held.all().findLast((owned) => !owned.failure) ?? null;
  }

  private async connect(): Promise<void> {
    await this.ownership.createShards(this.options.shardCount);
    await this.ownership.forgetOthers();
    await this.committer.connect();
  }

  /** Leases outlive work that takes longer than they do, but no work that hangs. */
  private async whileRenewing(work: () => Promise<void>): Promise<void> {
    const done = new AbortController();
    const renewing = this.renewUntil(done.signal);
    try {
      await work();
    } finally {
      done.abort();
      await renewing;
    }
  }

  private async renewUntil(done: AbortSignal): Promise<void> {
    const endMs = this.time.nowMs() + RENEWED_DURING_MS_MAX;
    while (this.time.nowMs() < endMs) {
      await this.time.sleep(MAINTAIN_MS, done);
      if (done.aborted) return;
      try {
        await this.ownership.renew();
      } catch (error) {
        this.options.logger.warn({ err: error }, 'could not renew leases during other work');
      }
    }
  }

  /** One shard that cannot be taken over must not keep the others waiting. */
  private async tryTakeOver(shard: number, retake: boolean): Promise<void> {
    if (!this.held.mayTry(shard)) return;
    try {
      await this.whileRenewing(() => this.takeOver(shard, retake));
    } catch (error) {
      this.held.remove(shard);
      this.held.noteFailure(shard, error);
      this.options.logger.warn({ err: error, shard }, 'could not take a shard over');
    }
  }

  private async takeOver(shard: number, retake: boolean): Promise<void> {
    const { store, logger, participants, uncommittedMax } = this.options;
    const { connection } = this.committer;
    if (!connection || !this.log) return;
    const claim = await this.ownership.take(shard, connection.backend, retake);
    if (!claim) return;
    if (claim.aheadS > 0) {
      logger.warn(
        { shard, aheadS: claim.aheadS },
        "took a shard whose lease ended in the future: the database's clock was ahead when it was written",
      );
    }
    const owned = await OwnedShard.load<T>(
      store,
      claim,
      (directory) => participants(shard, directory),
      (message, detail) => logger.warn(detail, message),
      { uncommittedMax },
    );
    // The shard's row names a server process that is gone: a successor could not end the one that commits.
    if (this.committer.connection !== connection) throw new WriterLost();
    this.held.add(owned);
    await this.log.follow(
      shard,
      owned.offset + 1,
      (records) => this.onRecords(owned, records),
      (error) => this.held.fail(owned, error),
    );
    logger.info({ shard, epoch: claim.epoch, from: owned.offset + 1 }, 'took a shard over');
  }

  private async onRecords(owned: OwnedShard<T>, records: LogRecord[]): Promise<void> {
    const { time, held } = this;
    let turnEndsMs = time.nowMs() + TURN_MS;
    for (const { offset, value } of records) {
      if (!held.isCurrent(owned)) return;
      owned.apply(offset, value);
      if (time.nowMs() > turnEndsMs) {
        await time.turn();
        turnEndsMs = time.nowMs() + TURN_MS;
      }
      if (owned.awaitsCommit) await this.committer.nextCommit(owned);
    }
  }

  private async drop(shard: number, reason: string): Promise<void> {
    this.held.remove(shard);
    await this.log?.unfollow(shard);
    this.options.logger.warn({ shard, reason }, 'dropped the memory of a shard');
  }
}
