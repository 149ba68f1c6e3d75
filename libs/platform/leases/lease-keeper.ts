import { bounded } from '@icmp-mon/platform/concurrency';
import type { Sql } from '@icmp-mon/platform/database';
import { newId } from '@icmp-mon/platform/ids';
import { createLogger } from '@icmp-mon/platform/ops';
import { acquireLease, type GrantedLease, type LeaseClaim, releaseLease, renewLease } from './lease';

/** How long a lease lasts unless set otherwise. */
export const LEASE_MS = 5_000;

export interface LeaseKeeperOptions {
  /** 5 s unless said; renewed at each third of it. */
  ttlMs?: number;
  /** Unique per process and start, made up unless said. */
  holder?: string;
  /** `lost` is aborted in the instant in which the lease ends, also while this still runs. */
  onGained: (epoch: number, lost: AbortSignal) => void | Promise<void>;
  /** Called after `onGained` has returned. */
  onLost?: () => void | Promise<void>;
}

/**
 * Holds a lease for as long as it can: takes it when free, renews it, and counts it as lost when a successor has it or
 * when no renewal has succeeded within the time to live, counted from before the last good one was sent. Work done under
 * it must still carry the epoch into each commit: a stopped process learns of its loss only after it wakes.
 */
export class LeaseKeeper {
  private readonly logger = createLogger('lease');
  private readonly claim: LeaseClaim;
  private held: { epoch: number; lost: AbortController } | null = null;
  private renewTimer: NodeJS.Timeout | undefined;
  private expiryTimer: NodeJS.Timeout | undefined;
  private attempt: Promise<void> = Promise.resolve();
  private callbacks: Promise<void> = Promise.resolve();
  private started = false;

  constructor(
    private readonly sql: Sql,
    name: string,
    private readonly options: LeaseKeeperOptions,
  ) {
    this.claim = { name, holder: options.holder ?? newId(), ttlMs: options.ttlMs ?? LEASE_MS };
  }

  /** The epoch under which the lease is held, null while it is not. */
  get epoch(): number | null {
    return this.held?.epoch ?? null;
  }

  start(): void {
    if (this.started) throw new Error(`The keeper of lease ${this.claim.name} is already started.`);
    this.started = true;
    this.schedule(0);
  }

  /** Ends the work first (`onLost`), then gives the lease back. */
  async stop(): Promise<void> {
    this.started = false;
    clearTimeout(this.renewTimer);
    await this.attempt;
    const epoch = this.epoch;
    this.lose('stopped');
    await this.callbacks;
    if (epoch !== null) await this.inTime(releaseLease(this.sql, this.claim, epoch));
  }

  private schedule(inMs: number): void {
    if (!this.started) return;
    this.renewTimer = setTimeout(() => {
      this.attempt = this.hold().finally(() => this.schedule(this.claim.ttlMs / 3));
    }, inMs);
  }

  private async hold(): Promise<void> {
    const sentMs = performance.now();
    const held = this.held;
    try {
      if (held === null) {
        const granted = await this.inTime(acquireLease(this.sql, this.claim));
        if (granted !== null) this.gain(granted, sentMs);
      } else if (await this.inTime(renewLease(this.sql, this.claim, held.epoch))) {
        if (this.held === held) this.expireAt(sentMs);
      } else if (this.held === held) {
        this.lose('taken by another holder');
      }
    } catch (error) {
      // Tried again at the next third; the expiry timer ends the lease when that goes on for too long.
      this.logger.warn({ err: error, lease: this.claim.name }, 'could not reach the lease');
    }
  }

  /** A query that hangs must not keep the keeper from trying again; a grant that comes too late expires unused. */
  private inTime<T>(answer: Promise<T>): Promise<T> {
    const { ttlMs } = this.claim;
    return bounded(answer, ttlMs, () => new Error(`The database did not answer within ${ttlMs} ms.`));
  }

  private gain({ epoch, aheadS }: GrantedLease, sentMs: number): void {
    if (aheadS > 0) {
      this.logger.warn(
        { lease: this.claim.name, aheadS },
        "took a lease that ended in the future: the database's clock was ahead when it was written",
      );
    }
    const held = { epoch, lost: new AbortController() };
    this.held = held;
    this.expireAt(sentMs);
    this.logger.info({ lease: this.claim.name, epoch }, 'lease gained');
    this.enqueue(() => this.options.onGained(epoch, held.lost.signal));
  }

  private lose(reason: string): void {
    const held = this.held;
    if (held === null) return;
    clearTimeout(this.expiryTimer);
    this.held = null;
    held.lost.abort(new Error(`Lease ${this.claim.name} is lost: ${reason}.`));
    this.logger.info({ lease: this.claim.name, epoch: held.epoch, reason }, 'lease ended');
    this.enqueue(() => this.options.onLost?.());
  }

  private expireAt(sentMs: number): void {
    clearTimeout(this.expiryTimer);
    const leftMs = Math.max(0, sentMs + this.claim.ttlMs - performance.now());
    this.expiryTimer = setTimeout(() => this.lose('not renewed in time'), leftMs);
  }

  /** Callbacks run one after another, so that a loss never overtakes the gain it ends. */
  private enqueue(callback: () => void | Promise<void>): void {
    this.callbacks = this.callbacks.then(callback).catch((error: unknown) => {
      this.logger.error({ err: error, lease: this.claim.name }, 'the work under the lease failed');
      this.lose('its work failed');
    });
  }
}
