import type { AssignedTarget, AssignedTier } from '@icmp-mon/assignment/contract';
import type { CheckType } from '@icmp-mon/probing/contract';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { defaultPolicy, parsePolicy } from '../policy/parse-policy';
import { PacketBudget } from './packet-budget';
import { Schedule } from './schedule';
import { type PlannedTarget, planTargets } from './target-plan';

const ipOf = (key: number): string => `10.${(key >> 16) & 255}.${(key >> 8) & 255}.${key & 255}`;
const PING = { check: 1, type: 'icmp_ping', expect: 'reachable' } as const;
const TYPES = new Set<CheckType>(['icmp_ping', 'tcp_connect']);
const planned = (key: number, intervalMs = 5_000): PlannedTarget => ({
  key,
  ip: ipOf(key),
  check: 1,
  definition: PING,
  confirm: true,
  intervalMs,
  timeoutMs: 1_000,
});
const keys = (count: number, first = 1): number[] => Array.from({ length: count }, (_, at) => first + at);

function tier(name: string, probeIntervalMs: number, probeTimeoutMs = 1_000): [string, AssignedTier] {
  const checks: AssignedTier['checks'] = [{ check: 1, type: 'icmp_ping', expect: 'reachable' }];
  return [name, { tier: name, probeIntervalMs, probeTimeoutMs, checks }];
}
const tiers = new Map([tier('fast', 5_000), tier('frantic', 0, 0)]);
const target = (key: number, ip = ipOf(key), name = 'fast'): AssignedTarget => ({ key, ip, tier: name });

describe('the schedule', () => {
  it('returns each target exactly once per interval, regardless of the first slice', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.nat(0xffff_ffff), { minLength: 1, maxLength: 200 }),
        fc.constantFrom(1_000, 1_234, 5_000, 7_000, 15_000, 86_399_999),
        fc.nat(2_000_000_000),
        (some, intervalMs, first) => {
          const schedule = new Schedule();
          schedule.replacePlan(some.map((key) => planned(key, intervalMs)));
          const [sliceMs = 0] = schedule.sliceLengthsMs;
          expect(sliceMs).toBeLessThanOrEqual(5_000);
          expect(sliceMs * schedule.slotsMax(sliceMs)).toBeCloseTo(intervalMs, 6);
          const slices = keys(schedule.slotsMax(sliceMs), first);
          const due = slices.flatMap((slice) => schedule.due(sliceMs, slice).map(({ key }) => key));
          expect(due.sort((a, b) => a - b)).toEqual([...some].sort((a, b) => a - b));
        },
      ),
    );
  });

  it.each([1, 7, 1_000_000])(
    'spreads targets evenly: no slice has 10 %% more than the mean (keys from %i)',
    (first) => {
      const schedule = new Schedule();
      schedule.replacePlan(keys(1_000, first).map((key) => planned(key, 25_000)));
      const sizes = keys(5, 0).map((slice) => schedule.due(5_000, slice).length);
      expect(Math.max(...sizes)).toBeLessThanOrEqual(220);
      expect(Math.min(...sizes)).toBeGreaterThanOrEqual(180);
    },
  );

  it("keeps a target's phase when others are added and removed", () => {
    const schedule = new Schedule();
    const isDue = (key: number, slice: number): boolean => schedule.due(5_000, slice).some((due) => due.key === key);
    const placeOf = (key: number): number => keys(5, 0).find((slice) => isDue(key, slice)) ?? -1;
    schedule.replacePlan(keys(100).map((key) => planned(key, 25_000)));
    const before = keys(50).map(placeOf);
    schedule.replacePlan(
      keys(500)
        .filter((key) => key <= 50 || key > 100)
        .map((key) => planned(key, 25_000)),
    );
    expect(keys(50).map(placeOf)).toEqual(before);
    expect(placeOf(60)).toBe(-1);
    expect(schedule.size).toBe(450);
  });

  it('follows a changed interval from the next slice, without waiting for the end of the former one', () => {
    const schedule = new Schedule();
    schedule.replacePlan(keys(10).map((key) => planned(key, 86_400_000)));
    schedule.replacePlan(keys(10).map((key) => planned(key, 2_000)));
    expect(schedule.sliceLengthsMs).toEqual([2_000]);
    for (const slice of [7, 8, 9]) expect(schedule.due(2_000, slice)).toHaveLength(10);
  });

  it('returns only new targets and new addresses as fresh; another interval keeps the history', () => {
    const schedule = new Schedule();
    expect(schedule.replacePlan([planned(1), planned(2)])).toHaveLength(2);
    const one = schedule.due(5_000, 0).find(({ key }) => key === 1);
    if (one !== undefined) one.lastOutcome = 0;
    const fresh = schedule.replacePlan([planned(1, 15_000), { ...planned(2), ip: '10.9.9.9' }, planned(3)]);
    expect(fresh.map(({ key }) => key)).toEqual([2, 3]);
    expect(schedule.replacePlan([planned(1, 15_000), { ...planned(2), ip: '10.9.9.9' }, planned(3)])).toEqual([]);
  });

  it('orders targets of several tiers in a slice by phase', () => {
    const schedule = new Schedule();
    schedule.replacePlan(keys(300).map((key) => planned(key, key % 2 === 0 ? 5_000 : 15_000)));
    const places = schedule.due(5_000, 3).map((due) => (due.phase * due.slots) % 1);
    expect(places).toEqual([...places].sort((a, b) => a - b));
  });
});

describe('the plan', () => {
  it('refuses what the policy refuses, with the number and one example per reason', () => {
    const policy = parsePolicy('allow: ["10.0.0.0/8"]\ndeny: ["10.1.0.0/16"]');
    const assigned = [target(1), target(2, '10.1.0.1'), target(3, '192.0.2.1'), target(4, '-f/etc/passwd')];
    const plan = planTargets(assigned, tiers, policy, TYPES);
    expect(plan.targets.map(({ key }) => key)).toEqual([1]);
    expect(plan.refused).toMatchObject({ not_canonical: 1, denied: 1, not_allowed: 1, stopped: 0, too_fast: 0 });
    expect(plan.examples).toEqual({ denied: '10.1.0.1', not_allowed: '192.0.2.1', not_canonical: '-f/etc/passwd' });
  });

  it("enforces the policy's packets per second against a hostile server, in total and per address", () => {
    const policy = parsePolicy('packetsPerSecond: 100\npacketsPerSecondPerAddress: 5');
    const flood = keys(1_000).map((key) => target(key, '10.0.0.1', 'frantic'));
    expect(planTargets(flood, tiers, policy, TYPES)).toMatchObject({ packetsPerSecond: 5, refusedTotal: 995 });
    const many = planTargets(
      keys(10_000).map((key) => target(key)),
      tiers,
      policy,
      TYPES,
    );
    expect(many.packetsPerSecond).toBeCloseTo(100, 3);
    expect(many.targets.map(({ key }) => key)).toEqual(keys(500));
  });

  it('limits intervals and timeouts, and skips targets of an unknown tier', () => {
    const assigned = [target(1, '10.0.0.1', 'frantic'), target(2, '10.0.0.2', 'none')];
    const plan = planTargets(assigned, tiers, defaultPolicy(), TYPES);
    expect(plan.targets).toEqual([
      { key: 1, ip: '10.0.0.1', check: 1, definition: PING, intervalMs: 1_000, confirm: true, timeoutMs: 10 },
    ]);
  });
});

describe('the packet budget', () => {
  it('grants what is free at the time, and never more in total than the policy allows', () => {
    const step = fc.record({
      afterMs: fc.nat(3_000),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
      forMs: fc.nat(9_000),
    });
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const budget = new PacketBudget({ packetsPerSecond: 100, packetsPerSecondPerAddress: 10 });
        const running: { perSecond: number; untilMs: number }[] = [];
        let nowMs = 0;
        for (const { afterMs, share, forMs } of steps) {
          nowMs += afterMs;
          const taken = running
            .filter(({ untilMs }) => untilMs > nowMs)
            .reduce((sum, { perSecond }) => sum + perSecond, 0);
          expect(budget.freePerSecond(nowMs)).toBeCloseTo(100 - taken, 6);
          const run = { perSecond: budget.freePerSecond(nowMs) * share, untilMs: nowMs + forMs };
          budget.takePackets(run.perSecond, run.untilMs);
          running.push(run);
        }
      }),
    );
  });
});

describe('a plan of many targets', () => {
  it('asks a policy about each address once, and a new policy again', () => {
    const policy = parsePolicy('deny: ["10.0.0.7"]');
    const asked = vi.spyOn(policy.deny, 'has');
    const plan = (count: number, by = policy): number =>
      planTargets(
        keys(count).map((key) => target(key)),
        tiers,
        by,
        TYPES,
      ).refusedTotal;
    expect(plan(100)).toBe(1);
    expect(plan(101)).toBe(1);
    expect(asked).toHaveBeenCalledTimes(101);
    expect(plan(101, parsePolicy('deny: ["10.0.0.0/8"]'))).toBe(101);
    expect(plan(101)).toBe(1);
  });
});
