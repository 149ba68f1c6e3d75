import { bounded, pause } from '@icmp-mon/platform/concurrency';
import type { Sql } from '@icmp-mon/platform/database';
import { newId } from '@icmp-mon/platform/ids';
import { createLogger, type Logger } from '@icmp-mon/platform/ops';
import type { Claim, Term } from './leader';
import { acquireLease, isHeldSql, type LeaseClaim, releaseLease, renewLease } from './lease';

/** How long a lease lasts unless set otherwise. */
const LEASE_MS = 5_000;

export interface LeaseOptions {
  /** 5 s unless set; renewed at each third of it. */
  ttlMs?: number;
  /** Unique per process and start, made up unless set. */
  holder?: string;
}

export interface LeaseTerm extends Term {
  readonly epoch: number;
}

/**
 * Leads who holds the lease of that name. It is lost when a successor has it, or when no renewal has succeeded within the time to
 * live, counted from before the last good one was sent.
 */
export function byLease(sql: Sql, name: string, options: LeaseOptions = {}): Claim<LeaseTerm> {
  const logger = createLogger('lease').child({ lease: name });
  const claim = { name, holder: options.holder ?? newId(), ttlMs: options.ttlMs ?? LEASE_MS };
  return {
    name,
    async take(stop) {
      while (!stop.aborted) {
        const sentMs = performance.now();
        // A grant that comes too late expires unused.
        const granted = await inTime(claim, acquireLease(sql, claim));
        if (granted === null) {
          await pause(claim.ttlMs / 3, stop);
          continue;
        }
        const { epoch, aheadS } = granted;
        if (aheadS > 0)
          logger.warn(
            { aheadS },
            "took a lease that ended in the future: the database's clock was ahead when it was written",
          );
        return new HeldLease(sql, claim, epoch, sentMs, logger);
      }
      return null;
    },
  };
}

/** Whether some process holds the lease of that name, by a database's clock; for leases of the usual length. */
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
    this.schedule();
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
      this.logger.warn({ err: error }, 'could not give the lease back; it expires by itself');
    }
  }

  private schedule(): void {
    this.renewTimer = setTimeout(() => {
      this.renewal = this.renew().finally(() => {
        if (!this.lost.aborted) this.schedule();
      });
    }, this.claim.ttlMs / 3);
  }

  private async renew(): Promise<void> {
    const sentMs = performance.now();
    try {
      const isRenewed = await inTime(this.claim, renewLease(this.sql, this.claim, this.epoch));
      if (!isRenewed) this.lose('taken by another holder');
      else if (!this.lost.aborted) this.expireAfter(sentMs);
    } catch (error) {
      // Tried again at the next third; the expiry timer ends the lease when the database is away for too long.
      this.logger.warn({ err: error }, 'could not reach the lease');
    }
  }

  private lose(reason: string): void {
    clearTimeout(this.renewTimer);
    clearTimeout(this.expiryTimer);
    this.ended.abort(new Error(`Lease ${this.claim.name} is lost: ${reason}.`));
  }

  private expireAfter(sentMs: number): void {
    clearTimeout(this.expiryTimer);
    const leftMs = Math.max(0, sentMs + this.claim.ttlMs - performance.now());
    this.expiryTimer = setTimeout(() => this.lose('not renewed in time'), leftMs);
  }
}

/** A query that hangs must not keep the lease from being tried again. */
function inTime<T>({ ttlMs }: LeaseClaim, answer: Promise<T>): Promise<T> {
  return bounded(answer, ttlMs, () => new Error(`The database did not answer within ${ttlMs} ms.`));
}
