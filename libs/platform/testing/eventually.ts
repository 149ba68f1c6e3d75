import { setTimeout as delay } from 'node:timers/promises';

const POLL_MS = 50;

/** Calls `check` until it stops throwing and returns its result; after `withinMs` (30 s unless said) throws its last error. */
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
