import { pause } from '@icmp-mon/platform/concurrency';
import type { PacketBudget } from '../schedule/packet-budget';

/** How long a trace waits for its packets, in ms. */
const WAIT_MS_MAX = 5_000;
const LOOK_EVERY_MS = 100;

export interface TracePackets {
  perSecond: number;
  forMs: number;
  /** Called once if they are not available immediately. */
  onWait(): void;
  signal: AbortSignal;
}

/** Takes the packets of a trace from the budget, as soon as running slices leave enough. Returns false if they do not in time. */
export async function takeTracePackets(
  budget: Pick<PacketBudget, 'freePerSecond' | 'takePackets'>,
  { perSecond, forMs, onWait, signal }: TracePackets,
): Promise<boolean> {
  const startedMs = performance.now();
  if (budget.freePerSecond(startedMs) < perSecond) onWait();
  while (budget.freePerSecond(performance.now()) < perSecond) {
    if (signal.aborted || performance.now() - startedMs >= WAIT_MS_MAX) return false;
    await pause(LOOK_EVERY_MS, signal);
  }
  budget.takePackets(perSecond, performance.now() + forMs);
  return true;
}
