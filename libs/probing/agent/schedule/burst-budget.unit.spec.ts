import { describe, expect, it } from 'vitest';
import { BurstBudget, STEP_MS } from './burst-budget';
import { pingPlan } from './ping-plan.test-data';
import { ScheduledRates } from './scheduled-rates';
import type { PlannedTarget } from './target-plan';

const LIMITS = { packetsPerSecond: 10_000, packetsPerSecondPerAddress: 10 };
const budgetOf = (plan: readonly PlannedTarget[], limits = LIMITS): BurstBudget => {
  const budget = new BurstBudget();
  budget.setPlan(new ScheduledRates(plan), plan.length, limits);
  return budget;
};
/** Takes and ends bursts of targets one after the other, as if all their probes had been sent. Returns how many were granted. */
const granted = (budget: BurstBudget, targets: readonly PlannedTarget[], nowMs: number): number =>
  targets.filter((target) => {
    const burst = budget.takeBurst(target, nowMs);
    if (burst !== null) budget.endBurst(target, burst, 0);
    return burst !== null;
  }).length;

const stepMsOf = (budget: BurstBudget, target: PlannedTarget): number | null => {
  const burst = budget.takeBurst(target, 0);
  return burst === null ? null : Math.round(burst.stepMs);
};

describe('the budget of confirming bursts', () => {
  it('is 5 % of the planned packets, with those of two seconds saved', () => {
    const plan = pingPlan(30_000, 15_000); // 2,000 packets per second
    const budget = budgetOf(plan);
    expect(granted(budget, plan, 0)).toBe(20);
    expect(granted(budget, plan, 600_000)).toBe(66);
    let inMinute = 0;
    for (let nowMs = 600_500; nowMs <= 660_000; nowMs += 500) inMinute += granted(budget, plan.slice(0, 100), nowMs);
    expect(inMinute * 3).toBeLessThanOrEqual(0.05 * 2_000 * 60);
    expect(inMinute * 3).toBeGreaterThan(0.049 * 2_000 * 60);
    expect(budget.counts).toMatchObject({ bursts: 20 + 66 + inMinute, refused_rate: 0, refused_crowd: 0 });
    expect(budget.counts.refused_budget).toBeGreaterThan(0);
  });

  it('lets an agent with few targets confirm twenty pings together, and then waits', () => {
    const plan = pingPlan(30, 15_000); // 2 packets per second
    const budget = budgetOf(plan);
    expect(granted(budget, plan, 0)).toBe(20);
    expect(granted(budget, plan, 29_000)).toBe(0);
    expect(granted(budget, plan, 60_100)).toBe(2);
    expect(granted(budget, plan, 3_600_000_000)).toBe(20);
  });

  it('gets back the packets of probes that were not sent', () => {
    const plan = pingPlan(1_000, 15_000);
    const budget = budgetOf(plan);
    for (const target of [...plan.slice(0, 100), ...plan.slice(0, 100)]) {
      const burst = budget.takeBurst(target, 0);
      expect(burst).not.toBeNull();
      if (burst !== null) budget.endBurst(target, burst, 3);
    }
  });

  it('takes nothing that the policy file leaves no room for, in total or per address', () => {
    const plan = pingPlan(1_500, 15_000); // 100 packets per second
    const tight = budgetOf(plan, { ...LIMITS, packetsPerSecond: 103 });
    // Two pings per second each: the second gets what is left.
    expect(plan.slice(0, 3).map((target) => stepMsOf(tight, target))).toEqual([500, 1_000, null]);
    expect(tight.counts.refused_rate).toBe(1);
    const [first, second] = plan;
    if (first === undefined || second === undefined) throw new Error('no plan');
    const shared = [first, { ...first, key: 9_001 }, { ...first, key: 9_002 }];
    const perAddress = budgetOf([...plan, ...shared], { ...LIMITS, packetsPerSecondPerAddress: 4.4 });
    expect(shared.map((target) => stepMsOf(perAddress, target))).toEqual([500, 500, null]);
    expect(perAddress.takeBurst(second, 0)?.stepMs).toBe(500);
  });

  it('makes the steps of probes longer that send several packets', () => {
    const [ping] = pingPlan(1, 15_000);
    if (ping === undefined) throw new Error('no plan');
    const of = (definition: Partial<PlannedTarget['definition']>): PlannedTarget => ({
      ...ping,
      definition: { ...ping.definition, ...definition },
    });
    const stepOf = (target: PlannedTarget): number | undefined => budgetOf([target]).takeBurst(target, 0)?.stepMs;
    expect(stepOf(ping)).toBe(STEP_MS);
    expect(stepOf(of({ packets: 5 }))).toBe(1_000);
    expect(stepOf(of({ type: 'tcp_connect', port: 443 }))).toBe(STEP_MS);
    expect(stepOf(of({ type: 'http' }))).toBeCloseTo(1_071, 0);
    expect(stepOf(of({ packets: 20 }))).toBeUndefined();
  });

  it('knows a crowd: more than 2 % of the targets, and at least ten', () => {
    const misses = (targets: number): number => {
      const budget = budgetOf(pingPlan(targets, 15_000));
      return Array.from({ length: 3_000 }, (_, at) => at).find((count) => budget.isCrowd(count)) ?? -1;
    };
    expect([20, 400, 500, 10_000].map(misses)).toEqual([10, 10, 11, 201]);
  });
});
