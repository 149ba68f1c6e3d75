import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { BurstBudget } from './burst-budget';
import { InstantExecutor, START_MS } from './instant.test-executor';
import { PacketBudget } from './packet-budget';
import { Prober } from './prober';
import { pingPlan as plan } from './ping-plan.test-data';
import type { PlannedTarget } from './target-plan';

describe('the pace of the prober', () => {
  let executor: InstantExecutor;
  let prober: Prober;
  let budget: PacketBudget;
  let probes: Map<number, number>;

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'] });
    executor = new InstantExecutor();
    budget = new PacketBudget({ packetsPerSecond: Infinity, packetsPerSecondPerAddress: 10 });
    probes = new Map();
    const quiet = (): void => undefined;
    prober = new Prober({
      executor,
      budget,
      bursts: new BurstBudget(),
      onResult(target, _atMs, outcome) {
        probes.set(target.key, (probes.get(target.key) ?? 0) + 1);
        target.lastOutcome = outcome;
        return true;
      },
      log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
      nowMs: () => START_MS,
    });
  });
  afterEach(async () => {
    const stopped = prober.stop(0);
    await vi.advanceTimersByTimeAsync(60_000);
    await stopped;
    vi.useRealTimers();
  });

  const replacePlan = (targets: PlannedTarget[], packetsPerSecond: number): void => {
    budget.limits = { packetsPerSecond, packetsPerSecondPerAddress: 10 };
    prober.replacePlan(targets);
  };

  it.each([1, 1.03, 1.07])(
    'never sends much faster than planned by an executor that is %d times slower',
    async (slower) => {
      executor.slower = slower;
      prober.start();
      replacePlan(plan(1_500, 15_000), 10_000);
      await vi.advanceTimersByTimeAsync(20_000);
      const { skippedRounds } = prober.counters;
      for (let step = 0; step < 900; step++) {
        await vi.advanceTimersByTimeAsync(100);
        expect(executor.rateAt(performance.now())).toBeLessThanOrEqual(111);
      }
      expect(prober.counters.skippedRounds).toBe(skippedRounds);
      expect(prober.pace.lateMs).toBeLessThan(500);
    },
  );

  it('sends later, not faster, after a time in which the executor hardly ran', async () => {
    prober.start();
    replacePlan(plan(1_500, 15_000), 10_000);
    await vi.advanceTimersByTimeAsync(19_900);
    const { skippedRounds } = prober.counters;
    executor.slower = 1.18;
    for (let step = 0; step < 600; step++) {
      await vi.advanceTimersByTimeAsync(100);
      if (step === 49) executor.slower = 1;
      expect(executor.rateAt(performance.now())).toBeLessThanOrEqual(111);
    }
    expect(prober.counters.skippedRounds).toBe(skippedRounds);
    expect(prober.pace.lateMs).toBeGreaterThan(800);
  });

  it('overlaps the slices of an executor that is very late, so that no probe is missing', async () => {
    executor.slower = 1.5;
    prober.start();
    replacePlan(plan(1_500, 15_000), 10_000);
    await vi.advanceTimersByTimeAsync(20_000);
    const { skippedRounds } = prober.counters;
    await vi.advanceTimersByTimeAsync(90_000);
    expect(prober.counters.skippedRounds).toBe(skippedRounds);
    for (let key = 1; key <= 1_500; key++) expect(probes.get(key)).toBeGreaterThanOrEqual(6);
  });

  it('sends tiers with slices of different lengths side by side, not in the time of the shortest', async () => {
    prober.start();
    replacePlan([...plan(500, 5_000), ...plan(20, 1_000, 1_001)], 10_000);
    await vi.advanceTimersByTimeAsync(20_000);
    const { skippedRounds } = prober.counters;
    for (let step = 0; step < 300; step++) {
      await vi.advanceTimersByTimeAsync(100);
      expect(executor.rateAt(performance.now())).toBeLessThanOrEqual(1.1 * 120);
    }
    expect(prober.counters.skippedRounds).toBe(skippedRounds);
  });
});
