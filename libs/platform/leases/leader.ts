import { aborted, BackOff } from '@icmp-mon/platform/concurrency';
import { createLogger } from '@icmp-mon/platform/ops';

const BACK_OFF = { firstMs: 200, maxMs: 5_000 };

/** A term of leadership of this process. */
export interface Term {
  /** Number of the term, higher than that of every earlier one; null for a claim that does not number terms. */
  readonly epoch: number | null;
  /** Aborted when the term ends without `giveUp`. */
  readonly lost: AbortSignal;
  /** Ends the term; if it was not lost, another process can lead immediately. */
  giveUp(): Promise<void>;
}

/** A way to become the leader: `byLease` or `bySessionLock`. */
export interface Claim<T extends Term> {
  readonly name: string;
  /** Waits until this process leads. Returns null when `stop` is aborted first. */
  claimLeadership(stop: AbortSignal): Promise<T | null>;
}

/*
 * Leader election: of all processes with the same claim, one at a time runs the work.
 *
 *   claim.take ──▶ term ──▶ work(term, lost) ──▶ term.giveUp ──▶ back-off ──▶ claim.take …
 *                             ▲ `lost` is aborted: lease lost, connection lost, or stop
 *
 * Invariants:
 * - One term at a time per process: the next term begins only after the work of the last one has ended.
 * - Release after work: a stopping leader ends its work first, then releases the lease or lock, so a successor never overlaps with it.
 * - Fencing: a suspended process detects the lost term only after it resumes, so `lost` alone is not a guarantee. Work must commit
 *   with the term's epoch, through the connection that holds the lock, or so that its commit has no effect if another process was first.
 */

/** Runs work while this process leads. */
export class Leader<T extends Term> {
  private readonly logger = createLogger('leader');
  private stopping: AbortController | null = null;
  private running: Promise<void> = Promise.resolve();
  private term: T | null = null;

  /** `lost` is aborted when the term is lost or `stop` is called. The term lasts until then, even if the work returns earlier. */
  constructor(
    private readonly claim: Claim<T>,
    private readonly work: (term: T, lost: AbortSignal) => void | Promise<void>,
  ) {}

  get leads(): boolean {
    return this.term !== null;
  }

  /** Epoch of the current term; null while this process does not lead. */
  get epoch(): number | null {
    return this.term?.epoch ?? null;
  }

  start(): void {
    if (this.stopping !== null) throw new Error(`The leader of ${this.claim.name} is already started.`);
    this.stopping = new AbortController();
    this.running = this.leadUntilStopped(this.stopping.signal);
  }

  /** Ends the work, then the term. */
  async stop(): Promise<void> {
    this.stopping?.abort(new Error('The process is stopping.'));
    await this.running;
    this.stopping = null;
  }

  private async leadUntilStopped(stop: AbortSignal): Promise<void> {
    const backOff = new BackOff(BACK_OFF);
    const { name } = this.claim;
    while (!stop.aborted) {
      try {
        const term = await this.claim.claimLeadership(stop);
        if (term === null) continue;
        const beganMs = performance.now();
        const isLost = await this.leadTerm(term, stop);
        if (isLost || performance.now() - beganMs > BACK_OFF.maxMs) backOff.succeeded();
      } catch (error) {
        this.logger.warn({ err: error, name }, 'leadership claim failed, retrying');
      }
      await backOff.waitAfterFailure(stop);
    }
  }

  /** Runs the work of one term. Returns true when the term was lost or stopped, false when the work failed, which increases the back-off. */
  private async leadTerm(term: T, stop: AbortSignal): Promise<boolean> {
    const { name } = this.claim;
    const lost = AbortSignal.any([term.lost, stop]);
    this.term = term;
    lost.addEventListener('abort', () => (this.term = null), { once: true });
    const fields = { name, ...(term.epoch !== null && { epoch: term.epoch }) };
    this.logger.info(fields, 'leadership gained');
    let reason: unknown;
    try {
      await this.work(term, lost);
      await aborted(lost);
      reason = lost.reason;
    } catch (error) {
      this.logger.error({ err: error, name }, 'the leader failed: its work threw an error');
      reason = error;
    }
    this.term = null;
    const { message } = reason instanceof Error ? reason : new Error(String(reason));
    this.logger.info({ ...fields, reason: message }, 'leadership ended');
    await term.giveUp();
    return lost.aborted;
  }
}
