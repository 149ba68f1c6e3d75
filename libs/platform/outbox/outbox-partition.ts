import { BackOff, type BackOffOptions } from '@icmp-mon/platform/concurrency';
import type { OutboxBatch, OutboxRows } from './outbox-rows';

/** The row after which everything is sent again, and when: a send after it timed out and may still arrive after newer ones. */
interface GivenUp {
  after: number;
  againAtMs: number;
}

/** State of one partition. */
export class OutboxPartition<M> {
  readonly backOff: BackOff;
  /** The publication in progress; null while idle. */
  publishing: Promise<void> | null = null;
  /** True when the partition was woken: there may be rows that were not read yet. */
  isWoken = false;
  private givenUp: GivenUp | null = null;

  constructor(
    readonly number: number,
    readonly rows: OutboxRows<M>,
    backOff: BackOffOptions,
  ) {
    this.backOff = new BackOff(backOff);
  }

  /** The repetition that is due now; null when there is none. */
  get due(): GivenUp | null {
    return this.givenUp !== null && performance.now() >= this.givenUp.againAtMs ? this.givenUp : null;
  }

  noteGivenUp({ after }: OutboxBatch<M>, againInMs: number): void {
    const first = Math.min(after, this.givenUp?.after ?? Infinity);
    this.givenUp = { after: first, againAtMs: performance.now() + againInMs };
  }

  /** Removes the repetition `sent` after it was done, unless another send has timed out since then. */
  settleGivenUp(sent: GivenUp): void {
    if (this.givenUp === sent) this.givenUp = null;
  }
}
