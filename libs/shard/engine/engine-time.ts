import { WakeUp } from '@icmp-mon/platform/concurrency';
import { setImmediate } from 'node:timers/promises';

/** The clock and timers of the shard host: real in the product, simulated in tests. */
export interface EngineTime {
  /** Returns the monotonic clock in ms. */
  nowMs(): number;
  /** Resolves after `ms`, or earlier when `signal` is aborted. */
  sleepFor(ms: number, signal?: AbortSignal): Promise<void>;
  /** Lets other work of the process run. */
  yieldTurn(): Promise<void>;
}

export const systemTime: EngineTime = {
  nowMs: () => performance.now(),
  sleepFor: (ms, signal) => new WakeUp().sleepUntilWoken(ms, signal),
  yieldTurn: () => setImmediate(),
};
