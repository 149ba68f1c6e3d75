import { setTimeout as delay } from 'node:timers/promises';

const POLL_MS = 50;

/** Calls `check` until it no longer throws, and returns its result. Throws its last error after `withinMs` (default: 30 s). */
export async function eventually<T>(check: () => T | Promise<T>, options: { withinMs?: number } = {}): Promise<T> {
  const deadlineMs = performance.now() + (options.withinMs ?? 30_000);
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (performance.now() >= deadlineMs) throw error;
    }
    await delay(POLL_MS);
  }
}
