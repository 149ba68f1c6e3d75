import type { PlannedTarget } from './target-plan';

export const TIMEOUT_MS = 500;
export const PING = { check: 1, type: 'icmp_ping', expect: 'reachable' } as const;

/** Returns targets with a ping as their check, numbered from `first`. */
export const pingPlan = (count: number, intervalMs: number, first = 1): PlannedTarget[] =>
  Array.from({ length: count }, (_, at) => {
    const key = first + at;
    return {
      key,
      ip: `10.0.${key >> 8}.${key & 255}`,
      check: 1,
      definition: PING,
      intervalMs,
      timeoutMs: TIMEOUT_MS,
      confirm: true,
    };
  });
