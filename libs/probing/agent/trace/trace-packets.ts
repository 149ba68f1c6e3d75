import { pause } from '@icmp-mon/platform/concurrency';
import type { PacketBudget } from '../schedule/packet-budget';

/** Rounds of a trace are at most this far apart: below this rate, a trace would be no picture of one moment. */
const INTERVAL_S_MAX = 10;
/** How long a trace waits for its packets, in ms. */
const WAIT_MS_MAX = 5_000;
const LOOK_EVERY_MS = 100;

/** Returns the seconds between two rounds with which a trace stays within the policy's packets per second; null: it cannot. */
export function traceIntervalS(maxHops: number, packetsPerSecond: number): number | null {
  const intervalS = Math.max(1, Math.ceil(maxHops / packetsPerSecond));
  return intervalS > INTERVAL_S_MAX ? null : intervalS;
}

/** Takes the packets of a trace from the budget, as soon as running slices leave enough. Returns false if they do not in time. */
export async function takeTracePackets(
  budget: Pick<PacketBudget, 'freePerSecond' | 'takePackets'>,
  perSecond: number,
  forMs: number,
  signal: AbortSignal,
): Promise<boolean> {
  const startedMs = performance.now();
  while (budget.freePerSecond(performance.now()) < perSecond) {
    if (signal.aborted || performance.now() - startedMs >= WAIT_MS_MAX) return false;
    await pause(LOOK_EVERY_MS, signal);
  }
  budget.takePackets(perSecond, performance.now() + forMs);
  return true;
}
