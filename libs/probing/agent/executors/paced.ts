import { pause } from '@icmp-mon/platform/concurrency';

/** Shortest wait of a timer, in ms: several probes are sent per wait when they are closer together. */
const WAIT_MS_MIN = 2;

/**
 * Calls `send` for 0 to `count` - 1, `spacingMs` apart, and waits while `send` returns a promise. A late run continues from now on: missed
 * probes are never sent as a burst.
 */
export async function sendPaced(
  count: number,
  spacingMs: number,
  send: (index: number) => Promise<void> | null,
  signal: AbortSignal,
): Promise<void> {
  const burstMax = Math.ceil((2 * WAIT_MS_MIN) / spacingMs);
  let dueMs = performance.now();
  for (let index = 0; index < count && !signal.aborted;) {
    const nowMs = performance.now();
    // More than a burst behind: the rest is sent later, not faster.
    dueMs = Math.max(dueMs, nowMs - burstMax * spacingMs);
    while (index < count && dueMs <= nowMs && !signal.aborted) {
      const room = send(index++);
      dueMs += spacingMs;
      if (room !== null) await room;
    }
    if (index < count) await pause(Math.max(WAIT_MS_MIN, dueMs - performance.now()), signal);
  }
}
