import type { Backend } from '@icmp-mon/shard/engine';
import { SimulatedFailure } from './simulated-process';

/** A server process of the simulated database. Terminating it rolls back its open transaction. */
export class Session {
  /** Why it ended; null while it is alive. */
  ended: Error | null = null;
  /** Writes of its open transaction, by shard. */
  readonly staged: { shard: number; effect: () => void }[] = [];
  /** Epochs of the shards whose rows its open transaction has locked as their owner. */
  readonly claims = new Map<number, number>();
  private readonly onEnd: (() => void)[] = [];

  constructor(readonly backend: Backend) {}

  whenEnded(run: () => void): void {
    this.onEnd.push(run);
  }

  /** Ends the session and rolls back its open transaction. */
  endSession(reason: string): void {
    if (this.ended) return;
    this.ended = new SimulatedFailure(reason);
    for (const run of this.onEnd) run();
  }

  /** @throws the reason why it ended */
  throwIfEnded(): void {
    if (this.ended) throw this.ended;
  }
}
