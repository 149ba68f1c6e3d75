import type { CheckDefinition } from '@icmp-mon/tiers/contract';
import { describe, expect, it } from 'vitest';
import type { ScheduledTarget } from './schedule';
import { takeAlike } from './take-alike';

let key = 0;
const target = (options: Partial<CheckDefinition> = {}, more: Partial<ScheduledTarget> = {}): ScheduledTarget => ({
  ...{ key: ++key, ip: '10.0.0.1', check: 1, intervalMs: 15_000, timeoutMs: 1_000, sliceMs: 5_000, slots: 3, phase: 0 },
  ...{ waiting: true, dueAtMs: 0, lastOutcome: -1, misses: 0, removed: false, confirm: true, isConfirmedNext: false },
  definition: { check: 1, type: 'icmp_ping', expect: 'reachable', ...options },
  ...more,
});

describe('targets of one slice', () => {
  it('have the timeout and the options of the first; the others wait in their order', () => {
    const [a, b, c] = [target(), target({ packets: 1, size: 56 }), target({}, { removed: true })];
    const [d, e, f] = [target({ dscp: 46 }), target({}, { timeoutMs: 500 }), target({ dscp: 46, packets: 3 })];
    const queue = [c, d, a, e, b, f];
    expect(takeAlike(queue, 100, 100)).toEqual([d]);
    expect(takeAlike(queue, 100, 100)).toEqual([a, b]);
    expect(queue).toEqual([e, f]);
  });

  it('are due with a given one, if there is one', () => {
    const [a, b, c] = [target(), target({}, { dueAtMs: 5_000 }), target({}, { sliceMs: 1_000 })];
    const [d, e] = [target({}, { dueAtMs: 5_000, timeoutMs: 500 }), target({}, { dueAtMs: 5_000 })];
    const queue = [a, b, c, d, e];
    expect(takeAlike(queue, 100, 100, b)).toEqual([b, e]);
    expect(queue).toEqual([a, c, d]);
  });

  it('send no more packets than fit, but one is always taken', () => {
    const five = Array.from({ length: 10 }, () => target({ packets: 5 }));
    expect(takeAlike([...five], 20, 1_000)).toHaveLength(4);
    expect(takeAlike([...five], 1_000, 12)).toHaveLength(2);
    expect(takeAlike([...five], 1_000, 0.5)).toHaveLength(1);
    const http = Array.from({ length: 10 }, () => target({ type: 'http', scheme: 'http' }));
    expect(takeAlike([...http], 8, 1_000)).toHaveLength(8);
    expect(takeAlike([...http], 8, 35)).toHaveLength(3);
    expect(takeAlike([], 8, 35)).toEqual([]);
  });
});
