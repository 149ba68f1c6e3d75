import { WakeUp } from '@icmp-mon/platform/concurrency';
import { setImmediate } from 'node:timers/promises';

/** Time as the host of shards sees it: real in the product, simulated in tests. */
export interface EngineTime {
  /** Monotonic clock, ms. */
  nowMs(): number;
  /** Resolves after `ms`, earlier when `signal` is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Gives other work of the process its turn. */
  turn(): Promise<void>;
}

export const systemTime: EngineTime = {
  nowMs: () => performance.now(),
  sleep: (ms, signal) => new WakeUp().sleep(ms, signal),
  turn: () => setImmediate(),
};
