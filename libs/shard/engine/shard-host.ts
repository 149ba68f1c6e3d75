import type { TelemetryDatabase } from '@icmp-mon/platform/database';
import { LogPositionOutOfBounds, type LogReader, type LogRecord } from '@icmp-mon/platform/messaging';
import { doEach, type Logger, type Readiness } from '@icmp-mon/platform/ops';
import { setImmediate as turn, setTimeout as pause } from 'node:timers/promises';
import type { ShardDirectory } from './directory';
import { EpochLost, OwnedShard, writeCommits, type ShardCommit } from './owned-shard';
import { ShardOwnership } from './ownership';
import type { ShardParticipant } from './participant';
import { ShardWriter } from './writer';

const MAINTAIN_MS = 1_000;
const COMMIT_MS = 250;
const COMMIT_REST_MS = 20;
/** Positions of records without effects are stored this seldom. */
const IDLE_COMMIT_MS = 2_000;
/** Other shards, commits, lease renewals and heartbeats get their turn at least this often, but for one large record. */
const TURN_MS = 20;
const RETAKE_WAIT_MS_MAX = 30_000;
/** A takeover, or the last commit, that takes longer loses its leases. */
const RENEWED_BESIDE_MS_MAX = 60_000;

/** How often a shard failed since something of it was last stored, and when it may be tried again. */
interface Trouble {
  failures: number;
  retryAtMs: number;
  reason: string;
}

export interface ShardHostOptions {
  database: TelemetryDatabase;
  telemetryUrl: string;
  shardCount: number;
  /** Unique to this process. */
  holder: string;
  openLog(): Promise<LogReader>;
  participants(shard: number, directory: () => ShardDirectory): ShardParticipant[];
  logger: Logger;
}

/**
 * Owns shards under leases, folds their logs and commits effects and positions, one transaction for all shards. Whatever
 * goes wrong with a commit, the memory of its shards is dropped and taken over afresh from the last checkpoint.
 */
export class ShardHost {
  private readonly ownership: ShardOwnership;
  private readonly owned = new Map<number, OwnedShard>();
  private writer: ShardWriter | null = null;
  private log: LogReader | null = null;
  private running: Promise<void>[] = [];
  private stopping = false;
  private lastIdleCommitMs = -Infinity;
  private commitsDone = 0;
  private trouble: string | null = 'not started';
  private readonly troubles = new Map<number, Trouble>();
  /** A shard that is to be given up to another projector. */
  private excess: OwnedShard | null = null;

  constructor(private readonly options: ShardHostOptions) {
    this.ownership = new ShardOwnership(options.database, options.holder);
  }

  start(): void {
    this.running = [this.maintainForEver(), this.commitForEver()];
  }

  /** Shards owned now, with the offset applied last. */
  owners(): { shard: number; offset: number; caughtUp: boolean }[] {
    return [...this.owned.values()].map(({ shard, offset, isCaughtUp }) => ({ shard, offset, caughtUp: isCaughtUp }));
  }

  folds(): IterableIterator<OwnedShard> {
    return this.owned.values();
  }

  readiness(): Readiness {
    if (this.trouble) return { ok: false, detail: this.trouble };
    const [again] = [...this.troubles].filter(([, { failures }]) => failures > 1);
    if (again) return { ok: false, detail: `shard ${again[0]}: ${again[1].reason}` };
    return { ok: true, detail: `owns ${this.owned.size} of ${this.options.shardCount} shards` };
  }

  async stop(): Promise<void> {
    this.stopping = true;
    await Promise.all(this.running);
    const shards = [...this.owned.keys()];
    await doEach([
      ...shards.map((shard) => () => this.log?.unfollow(shard)),
      () => this.whileRenewing(() => this.commit(shards)),
      () => this.ownership.release(shards),
      () => this.ownership.leave(),
      () => this.log?.close(),
      () => this.writer?.close(),
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
      await pause(MAINTAIN_MS);
    }
  }

  private async maintain(): Promise<void> {
    const { shardCount } = this.options;
    if (!this.writer) await this.connect();
    if (!this.log) this.log = await this.options.openLog();
    if (this.log.partitionCount !== shardCount) {
      throw new Error(
        `The shard log has ${this.log.partitionCount} partitions, ICMPMON_SHARD_COUNT says ${shardCount}.`,
      );
    }
    const claims = await this.ownership.renew();
    for (const [shard, owned] of this.owned) {
      const kept = claims.some((claim) => claim.shard === shard && claim.epoch === owned.claim.epoch);
      if (!kept || owned.failure) await this.drop(shard, owned.failure?.message ?? 'the lease was lost');
    }
    for (const claim of claims) {
      if (!this.owned.has(claim.shard)) await this.tryTakeOver(claim.shard, true);
    }
    const share = await this.ownership.share(shardCount);
    for (const shard of await this.ownership.free(share - this.owned.size)) await this.tryTakeOver(shard, false);
    // One at a time, and only what is in order: the other projector takes it at its next look.
    if (this.owned.size > share) this.excess ??= [...this.owned.values()].findLast((owned) => !owned.failure) ?? null;
  }

  private async connect(): Promise<void> {
    await this.ownership.createShards(this.options.shardCount);
    await this.ownership.forgetOthers();
    let writer: ShardWriter | null = null;
    writer = await ShardWriter.connect(this.options.telemetryUrl, `icmp-mon ${this.options.holder}`, (error) => {
      // Also called when connecting itself fails, which the caller hears anyway.
      if (!writer || this.writer !== writer) return;
      this.writer = null;
      this.failAll(error);
    });
    this.writer = writer;
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
    const endMs = performance.now() + RENEWED_BESIDE_MS_MAX;
    while (performance.now() < endMs) {
      // Only the abort ends it early.
      await pause(MAINTAIN_MS, null, { signal: done }).catch(() => null);
      if (done.aborted) return;
      try {
        await this.ownership.renew();
      } catch (error) {
        this.options.logger.warn({ err: error }, 'could not renew leases beside other work');
      }
    }
  }

  /** One shard that cannot be taken over must not keep the others waiting. */
  private async tryTakeOver(shard: number, retake: boolean): Promise<void> {
    const trouble = this.troubles.get(shard);
    if (trouble && performance.now() < trouble.retryAtMs) return;
    try {
      await this.whileRenewing(() => this.takeOver(shard, retake));
    } catch (error) {
      this.owned.delete(shard);
      this.note(shard, error);
      this.options.logger.warn({ err: error, shard }, 'could not take a shard over');
    }
  }

  private async takeOver(shard: number, retake: boolean): Promise<void> {
    const { database, logger, participants } = this.options;
    const { writer } = this;
    if (!writer || !this.log) return;
    const claim = await this.ownership.take(shard, writer.backend, retake);
    if (!claim) return;
    if (claim.aheadS > 0) {
      logger.warn(
        { shard, aheadS: claim.aheadS },
        "took a shard whose lease ended in the future: the database's clock was ahead when it was written",
      );
    }
    const owned = await OwnedShard.load(
      database,
      claim,
      (directory) => participants(shard, directory),
      (message, detail) => logger.warn(detail, message),
    );
    // The shard's row names a server process that is gone: a successor could not end the one that commits.
    if (this.writer !== writer) throw new Error('the connection that was to commit for it is lost');
    this.owned.set(shard, owned);
    await this.log.follow(
      shard,
      owned.offset + 1,
      (records) => this.onRecords(owned, records),
      (error) => this.fail(owned, error),
    );
    logger.info({ shard, epoch: claim.epoch, from: owned.offset + 1 }, 'took a shard over');
  }

  private note(shard: number, error: unknown): void {
    const failures = (this.troubles.get(shard)?.failures ?? 0) + 1;
    const waitMs = Math.min(RETAKE_WAIT_MS_MAX, MAINTAIN_MS * 2 ** (failures - 1));
    const cause = error instanceof Error ? error.message : String(error);
    const way =
      error instanceof LogPositionOutOfBounds ? ' Go on from what it holds: npm run icmpmon -- shards adopt' : '';
    const reason = `${cause}${way}`;
    this.troubles.set(shard, { failures, retryAtMs: performance.now() + waitMs, reason });
  }

  private async onRecords(owned: OwnedShard, records: LogRecord[]): Promise<void> {
    let turnEndsMs = performance.now() + TURN_MS;
    for (const { offset, value } of records) {
      if (this.owned.get(owned.shard) !== owned || owned.failure) return;
      owned.apply(offset, value);
      if (performance.now() > turnEndsMs) {
        await turn();
        turnEndsMs = performance.now() + TURN_MS;
      }
      if (owned.awaitsCommit) await this.nextCommit(owned);
    }
  }

  /** Back-pressure: waits until what was applied is stored, or the shard is lost. Who gives it up waits for this, and commits then. */
  private async nextCommit(owned: OwnedShard): Promise<void> {
    const before = this.commitsDone;
    const stays = (): boolean => this.owned.get(owned.shard) === owned && this.excess !== owned;
    while (!this.stopping && !owned.failure && this.commitsDone === before && stays()) await pause(20);
  }

  private async commitForEver(): Promise<void> {
    let beganMs = performance.now();
    while (!this.stopping) {
      // From one beginning to the next: a long commit does not make the results behind it wait longer still.
      await pause(Math.max(COMMIT_REST_MS, COMMIT_MS - (performance.now() - beganMs)));
      beganMs = performance.now();
      try {
        const due = [...this.owned.values()].find((owned) => owned.wantsCheckpoint());
        await this.commit(due ? [due.shard] : []);
        if (this.excess) await this.giveUp(this.excess);
      } catch (error) {
        this.options.logger.warn({ err: error }, 'a commit failed; its shards are taken over afresh');
        this.failAll(error instanceof Error ? error : new Error(String(error)));
      }
    }
  }

  private async commit(checkpoints: readonly number[]): Promise<void> {
    if (!this.writer || this.owned.size === 0) return;
    for (const owned of this.owned.values()) await owned.prepare();
    const idleDue = performance.now() - this.lastIdleCommitMs >= IDLE_COMMIT_MS;
    const takes: { owned: OwnedShard; commit: ShardCommit }[] = [];
    for (const owned of this.owned.values()) {
      if (owned.failure) continue;
      const checkpoint = checkpoints.includes(owned.shard);
      if (!checkpoint && !idleDue && !owned.hasPending()) continue;
      const commit = owned.take(checkpoint);
      if (commit) takes.push({ owned, commit });
      // Several shards may fold a window of millions of samples.
      await turn();
    }
    if (idleDue) this.lastIdleCommitMs = performance.now();
    // One that was lost meanwhile must not fail the commit of the others.
    const taken = takes.filter(({ owned }) => this.owned.get(owned.shard) === owned && !owned.failure);
    if (taken.length > 0) {
      await this.writer.transaction((transaction) =>
        writeCommits(
          transaction,
          taken.map(({ commit }) => commit),
        ),
      );
      for (const { owned, commit } of taken) {
        owned.committed(commit);
        this.troubles.delete(owned.shard);
      }
    }
    this.commitsDone++;
  }

  private async giveUp(owned: OwnedShard): Promise<void> {
    try {
      if (this.owned.get(owned.shard) !== owned || owned.failure) return;
      await this.log?.unfollow(owned.shard);
      await this.commit([owned.shard]);
      this.owned.delete(owned.shard);
      await this.ownership.release([owned.shard]);
      this.options.logger.info({ shard: owned.shard }, 'gave a shard to another projector');
    } finally {
      this.excess = null;
    }
  }

  private fail(owned: OwnedShard, error: unknown): void {
    if (owned.failure) return;
    owned.failure = error instanceof Error ? error : new Error(String(error));
    this.note(owned.shard, error);
  }

  private failAll(error: Error): void {
    const lost = error instanceof EpochLost;
    for (const owned of this.owned.values()) this.fail(owned, error);
    if (lost) this.options.logger.warn({ err: error }, 'another projector has taken shards of this one');
  }

  private async drop(shard: number, reason: string): Promise<void> {
    this.owned.delete(shard);
    await this.log?.unfollow(shard);
    this.options.logger.warn({ shard, reason }, 'dropped the memory of a shard');
  }
}
