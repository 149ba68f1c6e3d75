import { bounded, pause } from '@icmp-mon/platform/concurrency';
import type { Sql } from '@icmp-mon/platform/database';
import { newId } from '@icmp-mon/platform/ids';
import { createLogger, type Logger } from '@icmp-mon/platform/ops';
import type { Claim, Term } from './leader';
import { acquireLease, isHeldSql, type LeaseClaim, releaseLease, renewLease } from './lease';

/** Default time to live of a lease. */
const LEASE_MS = 5_000;

export interface LeaseOptions {
  /** Time to live. Default: 5 s. The lease is renewed every third of it. */
  ttlMs?: number;
  /** Unique per process and start. Default: a new id. */
  holder?: string;
}

export interface LeaseTerm extends Term {
  readonly epoch: number;
}

/**
 * Claims leadership by the lease of that name. The lease is lost when a successor has taken it, or when no renewal has succeeded within the
 * time to live, counted from the moment before the last successful renewal was sent.
 */
export function byLease(sql: Sql, name: string, options: LeaseOptions = {}): Claim<LeaseTerm> {
  const logger = createLogger('lease').child({ lease: name });
  const claim = { name, holder: options.holder ?? newId(), ttlMs: options.ttlMs ?? LEASE_MS };
  return {
    name,
    async claimLeadership(stop) {
      while (!stop.aborted) {
        const sentMs = performance.now();
        // If the answer arrives too late, the granted lease expires unused.
        const granted = await inTime(claim, acquireLease(sql, claim));
        if (granted === null) {
          await pause(claim.ttlMs / 3, stop);
          continue;
        }
        const { epoch, aheadS } = granted;
        if (aheadS > 0)
          logger.warn(
            { aheadS },
            "lease takeover: the former lease expired too far in the future, because the database's clock was ahead when it was written",
          );
        return new HeldLease(sql, claim, epoch, sentMs, logger);
      }
      return null;
    },
  };
}

/** Returns whether a process holds the lease of that name, by the database's clock. For leases with the default time to live. */
export async function isHeld(sql: Sql, name: string): Promise<boolean> {
  const [lease] = await sql.query<{ held: boolean }>(
    `SELECT ${isHeldSql('expires_at', LEASE_MS)} AS held FROM lease WHERE name = $1`,
    [name],
  );
  return lease?.held === true;
}

class HeldLease implements LeaseTerm {
  private readonly ended = new AbortController();
  private renewTimer: NodeJS.Timeout | undefined;
  private expiryTimer: NodeJS.Timeout | undefined;
  private renewal: Promise<void> = Promise.resolve();

  constructor(
    private readonly sql: Sql,
    private readonly claim: LeaseClaim,
    readonly epoch: number,
    sentMs: number,
    private readonly logger: Logger,
  ) {
    this.expireAfter(sentMs);
    this.scheduleRenewal();
  }

  get lost(): AbortSignal {
    return this.ended.signal;
  }

  async giveUp(): Promise<void> {
    clearTimeout(this.renewTimer);
    await this.renewal;
    clearTimeout(this.renewTimer);
    clearTimeout(this.expiryTimer);
    if (this.lost.aborted) return;
    try {
      await inTime(this.claim, releaseLease(this.sql, this.claim, this.epoch));
    } catch (error) {
      this.logger.warn({ err: error }, 'lease release failed; the lease will expire');
    }
  }

  private scheduleRenewal(): void {
    this.renewTimer = setTimeout(() => {
      this.renewal = this.renewLease().finally(() => {
        if (!this.lost.aborted) this.scheduleRenewal();
      });
    }, this.claim.ttlMs / 3);
  }

  private async renewLease(): Promise<void> {
    const sentMs = performance.now();
    try {
      const isRenewed = await inTime(this.claim, renewLease(this.sql, this.claim, this.epoch));
      if (!isRenewed) this.loseLease('another holder took it over');
      else if (!this.lost.aborted) this.expireAfter(sentMs);
    } catch (error) {
      // Retried at the next third of the time to live. The expiry timer ends the lease if the database stays unavailable.
      this.logger.warn({ err: error }, 'lease renewal failed, retrying');
    }
  }

  private loseLease(reason: string): void {
    clearTimeout(this.renewTimer);
    clearTimeout(this.expiryTimer);
    this.ended.abort(new Error(`Lease ${this.claim.name} lost: ${reason}.`));
  }

  private expireAfter(sentMs: number): void {
    clearTimeout(this.expiryTimer);
    const leftMs = Math.max(0, sentMs + this.claim.ttlMs - performance.now());
    this.expiryTimer = setTimeout(() => this.loseLease('not renewed in time'), leftMs);
  }
}

/** Limits a query to the time to live, so that a hanging query does not block the next attempt. */
function inTime<T>({ ttlMs }: LeaseClaim, answer: Promise<T>): Promise<T> {
  return bounded(answer, ttlMs, () => new Error(`The database did not answer within ${ttlMs} ms.`));
}
