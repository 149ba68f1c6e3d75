import type { PolicyEntry } from '@icmp-mon/shard/engine';

/** Whether a verdict may vote, and if not, why. `refused`: the agent's own kernel refuses to send. */
export const FRESHNESS = { warming: 0, fresh: 1, stale: 2, refused: 3 } as const;

/** Number of intervals without a vote after which a verdict is stale; an agent is warming for `WARMING_INTERVALS`. */
const FRESH_INTERVALS = 3;
const WARMING_INTERVALS = 2;
const SLACK_MS = 2_000;

/** Returns the time without a vote after which a verdict is stale, in ms. */
export function staleAfterMs({ intervalMs, timeoutMs }: PolicyEntry): number {
  return FRESH_INTERVALS * intervalMs + timeoutMs;
}

/** Returns how long a pair is warming after it was assigned, in ms. */
export function warmUntilMs({ intervalMs, timeoutMs }: PolicyEntry): number {
  return WARMING_INTERVALS * intervalMs + timeoutMs + SLACK_MS;
}
