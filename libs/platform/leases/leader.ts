import { aborted, BackOff } from '@icmp-mon/platform/concurrency';
import { createLogger } from '@icmp-mon/platform/ops';

const BACK_OFF = { firstMs: 200, maxMs: 5_000 };

/** The time in which this process leads, from when it came to lead. */
export interface Term {
  /** Higher than that of every earlier term, where terms are numbered; null where they are not. */
  readonly epoch: number | null;
  /** Aborted in the instant in which the term ends without having been given up. */
  readonly lost: AbortSignal;
  /** Lets another process lead, at once if this one still does. */
  giveUp(): Promise<void>;
}

/** How a process comes to lead: `byLease` or `bySessionLock`. */
export interface Claim<T extends Term> {
  readonly name: string;
  /** Waits until this process leads; null when `stop` is aborted before that. */
  take(stop: AbortSignal): Promise<T | null>;
}

/**
 * Runs work in one process at a time, of all that claim the same thing. A term that is lost ends the work by its signal, and the next
 * one begins only after the work has ended. Work whose process was stopped for long learns of its loss only after it wakes: what it
 * commits must carry the term's epoch, or come to nothing when another process was first.
 */
export class Leader<T extends Term> {
  private readonly logger = createLogger('leader');
  private stopping: AbortController | null = null;
  private running: Promise<void> = Promise.resolve();
  private term: T | null = null;

  /** `lost` is aborted when the term ends, or is about to because of `stop`. The term lasts until then, also when the work ends before. */
  constructor(
    private readonly claim: Claim<T>,
    private readonly work: (term: T, lost: AbortSignal) => void | Promise<void>,
  ) {}

  get leads(): boolean {
    return this.term !== null;
  }

  /** The epoch of the term under way, null while another process leads. */
  get epoch(): number | null {
    return this.term?.epoch ?? null;
  }

  start(): void {
    if (this.stopping !== null) throw new Error(`The leader of ${this.claim.name} is already started.`);
    this.stopping = new AbortController();
    this.running = this.run(this.stopping.signal);
  }

  /** Ends the work first, then gives the term up. */
  async stop(): Promise<void> {
    this.stopping?.abort(new Error('The process stops.'));
    await this.running;
    this.stopping = null;
  }

  private async run(stop: AbortSignal): Promise<void> {
    const backOff = new BackOff(BACK_OFF);
    const { name } = this.claim;
    while (!stop.aborted) {
      try {
        const term = await this.claim.take(stop);
        if (term === null) continue;
        const beganMs = performance.now();
        const isLost = await this.lead(term, stop);
        if (isLost || performance.now() - beganMs > BACK_OFF.maxMs) backOff.succeeded();
      } catch (error) {
        this.logger.warn({ err: error, name }, 'cannot claim to lead, will try again');
      }
      await backOff.wait(stop);
    }
  }

  /** Whether the term was lost; false when the work failed: what fails at once is tried again at growing intervals. */
  private async lead(term: T, stop: AbortSignal): Promise<boolean> {
    const { name } = this.claim;
    const lost = AbortSignal.any([term.lost, stop]);
    this.term = term;
    lost.addEventListener('abort', () => (this.term = null), { once: true });
    const fields = { name, ...(term.epoch !== null && { epoch: term.epoch }) };
    this.logger.info(fields, 'became the leader');
    let reason: unknown;
    try {
      await this.work(term, lost);
      await aborted(lost);
      reason = lost.reason;
    } catch (error) {
      this.logger.error({ err: error, name }, 'the work of the leader failed');
      reason = error;
    }
    this.term = null;
    const { message } = reason instanceof Error ? reason : new Error(String(reason));
    this.logger.info({ ...fields, reason: message }, 'is no longer the leader');
    await term.giveUp();
    return lost.aborted;
  }
}
