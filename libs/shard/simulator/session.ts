import type { Backend } from '@icmp-mon/shard/engine';
import { SimulatedFailure } from './simulated-process';

/** A server process of the simulated database: what a successor ends, and with it the transaction that it has open. */
export class Session {
  /** Why it ended; null while it lives. */
  ended: Error | null = null;
  /** What its open transaction wrote, by shard. */
  readonly staged: { shard: number; effect: () => void }[] = [];
  /** Epochs of the shards whose rows its open transaction locked as their owner. */
  readonly claims = new Map<number, number>();
  private readonly onEnd: (() => void)[] = [];

  constructor(readonly backend: Backend) {}

  whenEnded(run: () => void): void {
    this.onEnd.push(run);
  }

  /** Also rolls back what is open. */
  end(reason: string): void {
    if (this.ended) return;
    this.ended = new SimulatedFailure(reason);
    for (const run of this.onEnd) run();
  }

  /** @throws why it ended */
  check(): void {
    if (this.ended) throw this.ended;
  }
}
