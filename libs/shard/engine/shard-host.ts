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
/** Other shards, commits, lease renewals and heartbeats run at least this often, unless a single record takes longer. */
const TURN_MS = 20;
/** Longest takeover or last commit during which leases are renewed, in ms. One that takes longer loses its leases. */
const RENEWED_DURING_MS_MAX = 60_000;

export interface ShardHostOptions<T = WriterTransaction> {
  store: ShardStore<T>;
  shardCount: number;
  /** Unique per process. */
  holder: string;
  openLog(): Promise<LogReader>;
  participants(shard: number, directory: () => ShardDirectory): ShardParticipant<T>[];
  logger: HostLogger;
  /** The system clock unless set. */
  time?: EngineTime;
  /** 5,000 records and 20,000 rows unless set. */
  uncommittedMax?: UncommittedMax;
}

/** Thrown when the connection that was to commit for a shard is lost during its takeover. */
export class WriterLost extends Error {
  constructor() {
    super('connection to the telemetry database lost during the takeover');
    this.name = 'WriterLost';
  }
}

/**
 * Owns shards under leases, folds their logs, and commits effects and positions of all shards in one transaction.
 *
 *     free ──take over──▶ owned ──load──▶ restored ──follow──▶ catching up ──reconcile──▶ live
 *      ▲                    ▲                                      │                      │ │
 *      │                    └──────── retry with back-off ── lost ◀┴──────────────────────┘ │
 *      └───────────────────────── give up: unfollow, last commit, release ◀─────────────────┘
 *
 * - owned: the shard's row names this holder, the next epoch, and the connection over which this process commits. The former owner's
 *   connection is terminated first: its open commit either completed before the epoch rose, or never will.
 * - restored: the fold has the latest checkpoint, and participants have read their stored rows.
 * - catching up: records up to a participant's stored position change its state and have no effects. At that position stored rows
 *   override what the replay computed (`reconcileReplay`).
 * - live: effects wait for the next commit. When too many wait, reading pauses (back-pressure).
 * - lost: the lease expired, another projector took the shard, a commit failed, or the log cannot be read. The shard's memory is
 *   discarded; nothing in it is unique, since state = fold(checkpoint, log).
 *
 * Invariants, which `libs/shard/simulator` checks:
 *
 * 1. Rows of a shard are committed under its current epoch only, over the connection that its row names.
 * 2. Effects, positions and checkpoint of all shards of a commit are stored together or not at all; positions never decrease.
 * 3. Leases are renewed during everything that may outlast them: takeovers, commits, stopping.
 * 4. A shard that cannot be taken over delays no other shard.
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
    this.running = [this.maintainForEver(), this.committer.runCommits()];
  }

  /** Returns the shards owned now, with the offset that was applied last. */
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
    // A commit in progress may outlast the leases.
    await this.whileRenewing(async () => void (await Promise.all(this.running)));
    const claims = this.held.all().map(({ claim }) => claim);
    const shards = claims.map(({ shard }) => shard);
    await doEach([
      ...shards.map((shard) => () => this.log?.unfollowPartition(shard)),
      () => this.whileRenewing(() => this.committer.commit(shards)),
      () => this.ownership.releaseShards(claims),
      () => this.ownership.leaveGroup(),
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
        this.options.logger.warn({ err: error }, 'lease maintenance failed; retrying');
      }
      await this.time.sleepFor(MAINTAIN_MS);
    }
  }

  private async maintain(): Promise<void> {
    const { shardCount } = this.options;
    if (!this.committer.connection) await this.connectCommitter();
    if (!this.log) this.log = await this.options.openLog();
    if (this.log.partitionCount !== shardCount) {
      throw new Error(
        `The shard log has ${this.log.partitionCount} partitions, ICMPMON_SHARD_COUNT is ${shardCount}. Both must be equal.`,
      );
    }
    const claims = await this.ownership.renewLeases();
    for (const owned of this.held.all()) {
      const kept = claims.some((claim) => claim.shard === owned.shard && claim.epoch === owned.claim.epoch);
      if (!kept || owned.failure) await this.dropShard(owned.shard, owned.failure?.message ?? 'lease lost');
    }
    for (const claim of claims) {
      if (!this.held.has(claim.shard)) await this.tryTakeOver(claim.shard, true);
    }
    const share = await this.ownership.share(shardCount);
    for (const shard of await this.ownership.findFreeShards(share - this.held.size))
      await this.tryTakeOver(shard, false);
    // One shard per pass, and only a healthy one: the other projector takes it over at its next pass.
    if (this.held.size > share) this.held.excess ??= this.held.all().findLast((owned) => !owned.failure) ?? null;
  }

  private async connectCommitter(): Promise<void> {
    await this.ownership.createShards(this.options.shardCount);
    await this.ownership.forgetOthers();
    await this.committer.connectWriter();
  }

  /** Renews leases while `work` runs, so that they outlive slow work; work that hangs loses them after 60 s. */
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
      await this.time.sleepFor(MAINTAIN_MS, done);
      if (done.aborted) return;
      try {
        await this.ownership.renewLeases();
      } catch (error) {
        this.options.logger.warn({ err: error }, 'lease renewal failed during a takeover or commit');
      }
    }
  }

  /** Takes a shard over; a failure is noted and retried later, so that it does not delay the other shards. */
  private async tryTakeOver(shard: number, retake: boolean): Promise<void> {
    if (!this.held.mayTry(shard)) return;
    try {
      await this.whileRenewing(() => this.takeOver(shard, retake));
    } catch (error) {
      this.held.remove(shard);
      this.held.noteFailure(shard, error);
      this.options.logger.warn({ err: error, shard }, 'takeover failed');
    }
  }

  private async takeOver(shard: number, retake: boolean): Promise<void> {
    const { store, logger, participants, uncommittedMax } = this.options;
    const { connection } = this.committer;
    if (!connection || !this.log) return;
    const claim = await this.ownership.takeoverShard(shard, connection.backend, retake);
    if (!claim) return;
    if (claim.aheadS > 0) {
      logger.warn(
        { shard, aheadS: claim.aheadS },
        'lease expiry lay in the future: the clock of the database was ahead when the lease was written; took the shard over',
      );
    }
    const owned = await OwnedShard.load<T>(
      store,
      claim,
      (directory) => participants(shard, directory),
      (message, detail) => logger.warn(detail, message),
      { uncommittedMax },
    );
    // The shard's row names a server process that has ended: a successor could not terminate the one that commits.
    if (this.committer.connection !== connection) throw new WriterLost();
    this.held.add(owned);
    await this.log.followPartition(
      shard,
      owned.offset + 1,
      (records) => this.onRecords(owned, records),
      (error) => this.held.failShard(owned, error),
    );
    logger.info({ shard, epoch: claim.epoch, from: owned.offset + 1 }, 'takeover complete, following the log');
  }

  private async onRecords(owned: OwnedShard<T>, records: LogRecord[]): Promise<void> {
    const { time, held } = this;
    let turnEndsMs = time.nowMs() + TURN_MS;
    for (const { offset, value } of records) {
      if (!held.isCurrent(owned)) return;
      owned.applyRecord(offset, value);
      if (time.nowMs() > turnEndsMs) {
        await time.yieldTurn();
        turnEndsMs = time.nowMs() + TURN_MS;
      }
      if (owned.awaitsCommit) await this.committer.nextCommit(owned);
    }
  }

  private async dropShard(shard: number, reason: string): Promise<void> {
    this.held.remove(shard);
    await this.log?.unfollowPartition(shard);
    this.options.logger.warn({ shard, reason }, 'shard lost, its memory was discarded');
  }
}
