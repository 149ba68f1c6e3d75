import { BackOff, type BackOffOptions } from '@icmp-mon/platform/concurrency';
import type { OutboxBatch, OutboxRows } from './outbox-rows';

/** From where on all is sent again, and when: sends of it were given up, and may still arrive behind newer ones. */
interface GivenUp {
  after: number;
  againAtMs: number;
}

/** What is known of one partition while it is published. */
export class OutboxPartition<M> {
  readonly backOff: BackOff;
  /** The work under way. */
  publishing: Promise<void> | null = null;
  /** Woken while at work: there may be more than it has seen. */
  isWoken = false;
  private givenUp: GivenUp | null = null;

  constructor(
    readonly number: number,
    readonly rows: OutboxRows<M>,
    backOff: BackOffOptions,
  ) {
    this.backOff = new BackOff(backOff);
  }

  /** What is to be sent again now, null when nothing is. */
  get due(): GivenUp | null {
    return this.givenUp !== null && performance.now() >= this.givenUp.againAtMs ? this.givenUp : null;
  }

  noteGivenUp({ after }: OutboxBatch<M>, againInMs: number): void {
    const first = Math.min(after, this.givenUp?.after ?? Infinity);
    this.givenUp = { after: first, againAtMs: performance.now() + againInMs };
  }

  /** All behind `sent` was sent once more; a send that was given up since then keeps its own time. */
  settle(sent: GivenUp): void {
    if (this.givenUp === sent) this.givenUp = null;
  }
}
