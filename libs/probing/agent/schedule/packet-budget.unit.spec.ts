import type { CheckDefinition } from '@icmp-mon/tiers/contract';
import { describe, expect, it } from 'vitest';
import { PacketBudget } from './packet-budget';

describe('an immediate probe', () => {
  it('is allowed once per address and second, also when its targets are replaced', () => {
    const budget = new PacketBudget({ packetsPerSecond: 100, packetsPerSecondPerAddress: 10 });
    const fresh = (ips: string[], nowMs: number, check: Partial<CheckDefinition> = {}): number => {
      const definition: CheckDefinition = { check: 1, type: 'icmp_ping', expect: 'reachable', ...check };
      return budget.takeImmediate(
        ips.map((ip) => ({ ip, definition })),
        nowMs,
      ).length;
    };
    expect(fresh(Array<string>(50).fill('10.0.0.1'), 0)).toBe(1);
    expect(fresh(['10.0.0.1', '10.0.0.2'], 900)).toBe(1);
    expect(fresh(['10.0.0.1', '10.0.0.2'], 1_000)).toBe(1);
    budget.limits = { packetsPerSecond: 100, packetsPerSecondPerAddress: 0.1 };
    expect([fresh(['10.0.0.1'], 10_900), fresh(['10.0.0.1'], 11_000)]).toEqual([0, 1]);
    budget.limits = { packetsPerSecond: 100, packetsPerSecondPerAddress: 2 };
    expect([0, 1_000, 4_999, 5_000].map((ms) => fresh(['10.0.0.3'], ms, { type: 'http' }))).toEqual([1, 0, 0, 1]);
    expect([0, 2_499, 2_500].map((ms) => fresh(['10.0.0.4'], ms, { packets: 5 }))).toEqual([1, 0, 1]);
    const others = (from: number): string[] =>
      Array.from({ length: 15_000 }, (_, at) => `10.${from}.${at >> 8}.${at & 255}`);
    expect([1, 2, 3].map((from) => fresh(others(from), from * 20_000))).toEqual([15_000, 15_000, 15_000]);
  });
});
