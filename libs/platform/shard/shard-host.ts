import type { TelemetryDatabase } from '@icmp-mon/platform/database';
import type { LogReader, LogRecord } from '@icmp-mon/platform/messaging';
import type { Logger, Readiness } from '@icmp-mon/platform/ops';
import { setTimeout as pause } from 'node:timers/promises';
import type { ShardDirectory } from './directory';
import { EpochLost, OwnedShard, writeCommits, type ShardCommit } from './owned-shard';
import { ShardOwnership } from './ownership';
import type { ShardParticipant } from './participant';
import { ShardWriter } from './writer';

const MAINTAIN_MS = 1_000;
const COMMIT_MS = 250;
/** Positions of records without effects are stored this seldom. */
const IDLE_COMMIT_MS = 5_000;
/** Records applied beyond the last commit before reading waits for one. */
const UNCOMMITTED_RECORDS_MAX = 5_000;
const YIELD_EVERY_RECORDS = 64;

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
  private lastIdleCommitMs = 0;
  private commitsDone = 0;
  private trouble: string | null = 'not started';
  private readonly refused = new Map<number, string>();

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

  /** Digest of an owned shard's state; for tests and support. */
  digest(shard: number): string | undefined {
    return this.owned.get(shard)?.fold.digest();
  }

  folds(): IterableIterator<OwnedShard> {
    return this.owned.values();
  }

  readiness(): Readiness {
    if (this.trouble) return { ok: false, detail: this.trouble };
    const refused = [...this.refused.values()][0];
    if (refused) return { ok: false, detail: refused };
    return { ok: true, detail: `owns ${this.owned.size} of ${this.options.shardCount} shards` };
  }

  async stop(): Promise<void> {
    this.stopping = true;
    await Promise.all(this.running);
    for (const shard of this.owned.keys()) await this.log?.unfollow(shard);
    try {
      await this.commit([...this.owned.keys()]);
      await this.ownership.release([...this.owned.keys()]);
      await this.ownership.leave();
    } finally {
      await this.log?.close();
      await this.writer?.close();
    }
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
      if (!this.owned.has(claim.shard)) await this.takeOver(claim.shard, true);
    }
    const share = await this.ownership.share(shardCount);
    for (const shard of await this.ownership.free(share - this.owned.size)) await this.takeOver(shard, false);
  }

  private async connect(): Promise<void> {
    await this.ownership.createShards(this.options.shardCount);
    await this.ownership.forgetOthers();
    const writer = await ShardWriter.connect(this.options.telemetryUrl, `icmp-mon ${this.options.holder}`, (error) => {
      if (this.writer !== writer) return;
      this.writer = null;
      this.failAll(error);
    });
    this.writer = writer;
  }

  private async takeOver(shard: number, retake: boolean): Promise<void> {
    const { database, logger, participants } = this.options;
    if (!this.writer || !this.log) return;
    const claim = await this.ownership.take(shard, this.writer.backend, retake);
    if (!claim) return;
    const owned = await OwnedShard.load(
      database,
      claim,
      (directory) => participants(shard, directory),
      (message, detail) => logger.warn(detail, message),
    );
    this.owned.set(shard, owned);
    try {
      await this.log.follow(
        shard,
        owned.offset + 1,
        (records) => this.onRecords(owned, records),
        (error) => this.fail(owned, error),
      );
      this.refused.delete(shard);
      logger.info({ shard, epoch: claim.epoch, from: owned.offset + 1 }, 'took a shard over');
    } catch (error) {
      this.owned.delete(shard);
      const reason = error instanceof Error ? error.message : String(error);
      this.refused.set(shard, `shard ${shard}: ${reason}`);
      throw error;
    }
  }

  private async onRecords(owned: OwnedShard, records: LogRecord[]): Promise<void> {
    let applied = 0;
    for (const { offset, value } of records) {
      if (this.owned.get(owned.shard) !== owned || owned.failure) return;
      owned.apply(offset, value);
      // Other shards, commits and lease renewals get their turn.
      if (++applied % YIELD_EVERY_RECORDS === 0) await pause(0);
    }
    const backlog = owned.fold.counters.records - owned.committedRecords;
    if (backlog > UNCOMMITTED_RECORDS_MAX && owned.isCaughtUp) await this.nextCommit(owned);
  }

  /** Back-pressure: waits until what was applied is stored, or the shard is lost. */
  private async nextCommit(owned: OwnedShard): Promise<void> {
    const before = this.commitsDone;
    while (!this.stopping && !owned.failure && this.commitsDone === before && this.owned.get(owned.shard) === owned) {
      await pause(20);
    }
  }

  private async commitForEver(): Promise<void> {
    while (!this.stopping) {
      await pause(COMMIT_MS);
      try {
        const due = [...this.owned.values()].find((owned) => owned.wantsCheckpoint());
        await this.commit(due ? [due.shard] : []);
      } catch (error) {
        this.options.logger.warn({ err: error }, 'a commit failed; its shards are taken over afresh');
        this.failAll(error instanceof Error ? error : new Error(String(error)));
      }
    }
  }

  private async commit(checkpoints: readonly number[]): Promise<void> {
    if (!this.writer || this.owned.size === 0) return;
    for (const owned of this.owned.values()) await owned.prepare();
    const idleDue = Date.now() - this.lastIdleCommitMs >= IDLE_COMMIT_MS;
    const taken: { owned: OwnedShard; commit: ShardCommit }[] = [];
    for (const owned of this.owned.values()) {
      if (owned.failure) continue;
      const checkpoint = checkpoints.includes(owned.shard);
      if (!checkpoint && !idleDue && !owned.hasPending()) continue;
      const commit = owned.take(checkpoint);
      if (commit) taken.push({ owned, commit });
    }
    if (idleDue) this.lastIdleCommitMs = Date.now();
    if (taken.length > 0) {
      await this.writer.transaction((transaction) =>
        writeCommits(
          transaction,
          taken.map(({ commit }) => commit),
        ),
      );
      for (const { owned, commit } of taken) owned.committed(commit);
    }
    this.commitsDone++;
  }

  private fail(owned: OwnedShard, error: unknown): void {
    owned.failure = error instanceof Error ? error : new Error(String(error));
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
