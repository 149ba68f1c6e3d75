import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { OUTCOME } from '@icmp-mon/probing/contract';
import { BurstBudget } from './burst-budget';
import { InstantExecutor, START_MS } from './instant.test-executor';
import { PacketBudget } from './packet-budget';
import { Prober } from './prober';
import { PING, pingPlan as plan } from './ping-plan.test-data';
import type { PlannedTarget } from './target-plan';

describe('the prober', () => {
  let executor: InstantExecutor;
  let prober: Prober;
  let budget: PacketBudget;
  let probed: { key: number; atMs: number }[];

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'] });
    executor = new InstantExecutor();
    budget = new PacketBudget({ packetsPerSecond: Infinity, packetsPerSecondPerAddress: 10 });
    probed = [];
    const quiet = (): void => undefined;
    prober = new Prober({
      executor,
      budget,
      bursts: new BurstBudget(),
      onResult(target, atMs, outcome) {
        probed.push({ key: target.key, atMs: atMs - START_MS });
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
  const timesOf = (key: number): number[] => probed.filter((each) => each.key === key).map(({ atMs }) => atMs);

  it.each([1_000, 1_500, 7_000, 15_000])(
    'probes each target immediately, and then exactly every %i ms',
    async (intervalMs) => {
      prober.start();
      replacePlan(plan(40, intervalMs), 10_000);
      await vi.advanceTimersByTimeAsync(1_000);
      expect(new Set(probed.map(({ key }) => key)).size).toBe(40);
      await vi.advanceTimersByTimeAsync(10 * intervalMs);
      for (let key = 1; key <= 40; key++) {
        const times = timesOf(key).slice(1);
        expect(times.length).toBeGreaterThanOrEqual(9);
        for (let at = 1; at < times.length; at++) {
          expect(Math.abs((times[at] ?? 0) - (times[at - 1] ?? 0) - intervalMs)).toBeLessThan(20);
        }
      }
      expect(prober.counters.skippedRounds).toBe(0);
    },
  );

  it('probes a target that must not answer again within a second of its first answer, once', async () => {
    prober.start();
    const closed = plan(200, 30_000).map((target) => ({
      ...target,
      definition: { ...PING, expect: 'unreachable' as const },
    }));
    executor.outcome = OUTCOME.timeout;
    replacePlan(closed, 10_000);
    await vi.advanceTimersByTimeAsync(60_000);
    executor.outcome = OUTCOME.reply;
    const openedMs = performance.now();
    await vi.advanceTimersByTimeAsync(90_000);
    for (const { key } of closed) {
      const [first = 0, second = 0, third = 0] = timesOf(key).filter((atMs) => atMs > openedMs);
      expect(second - first).toBeLessThan(1_000);
      expect(third - first).toBeGreaterThan(20_000);
    }
    expect(prober.counters.skippedRounds).toBe(0);
  });

  it('starts few executors: one per five seconds of a tier, regardless of the number of targets', async () => {
    prober.start();
    replacePlan([...plan(500, 15_000), ...plan(500, 30_000, 1_001)], 10_000);
    await vi.advanceTimersByTimeAsync(30_000);
    const before = executor.slices.length;
    await vi.advanceTimersByTimeAsync(30_000);
    expect(executor.slices.length - before).toBeLessThanOrEqual(6);
  });

  it('never sends more packets per second than the policy allows, and skips no target', async () => {
    prober.start();
    replacePlan(plan(500, 5_000), 100);
    for (let step = 0; step < 300; step++) {
      await vi.advanceTimersByTimeAsync(100);
      expect(executor.rateAt(performance.now())).toBeLessThanOrEqual(100.001);
    }
    for (let key = 1; key <= 500; key++) expect(timesOf(key).length).toBeGreaterThanOrEqual(3);
  });

  it("reserves time in the slice for the executor's own packets, without counting them against the policy", async () => {
    executor.own = 1;
    prober.start();
    replacePlan(plan(4, 5_000), 100);
    await vi.advanceTimersByTimeAsync(12_000);
    expect(executor.slices.at(-1)).toMatchObject({ count: 4, spacingMs: 1_000 });
    replacePlan(plan(500, 5_000), 100);
    await vi.advanceTimersByTimeAsync(60_000); // new targets use the capacity of others at first
    const { skippedRounds } = prober.counters;
    const { length } = probed;
    for (let step = 0; step < 600; step++) {
      await vi.advanceTimersByTimeAsync(100);
      expect(executor.rateAt(performance.now())).toBeLessThanOrEqual(100.001);
    }
    expect(prober.counters.skippedRounds).toBe(skippedRounds);
    expect(probed.length - length).toBeGreaterThan(5_900);
  });

  it('does not count as late while many new targets are probed first', async () => {
    prober.start();
    replacePlan(plan(1_000, 60_000), 50);
    await vi.advanceTimersByTimeAsync(30_000);
    expect(prober.pace).toMatchObject({ unmeasured: 0 });
    expect(prober.pace.lateMs).toBeLessThan(1_000);
  });

  it('counts probes without a result and its own delay', async () => {
    prober.start();
    replacePlan(plan(100, 5_000), 10_000);
    await vi.advanceTimersByTimeAsync(7_000);
    expect(prober.pace).toMatchObject({ unmeasured: 0, unmeasuredPerS: 0 });
    Object.assign(executor, { answersMax: 70, pausedMs: 1_700 });
    await vi.advanceTimersByTimeAsync(10_000);
    expect(prober.pace.unmeasured).toBeGreaterThanOrEqual(30);
    expect(prober.pace.unmeasuredPerS).toBeGreaterThan(0);
    expect(prober.pace.lateMs).toBe(1_700);
    replacePlan([], 10_000);
    expect(executor.expected).toEqual([]);
  });

  it('checks the executor while nothing is probed', async () => {
    prober.start();
    await vi.advanceTimersByTimeAsync(30_000);
    const { checks } = executor;
    expect(checks).toBeGreaterThanOrEqual(3);
    replacePlan(plan(100, 5_000), 10_000);
    await vi.advanceTimersByTimeAsync(30_000);
    expect(executor.checks - checks).toBeLessThanOrEqual(1);
  });

  it('stops running slices when no target is left, and starts again when there is one', async () => {
    prober.start();
    replacePlan(plan(100, 5_000), 10_000);
    await vi.advanceTimersByTimeAsync(7_000);
    replacePlan([], 10_000);
    const { length } = probed;
    await vi.advanceTimersByTimeAsync(20_000);
    expect(probed).toHaveLength(length);
    expect(executor.slices.at(-1)?.aborted).toBe(true);
    replacePlan(plan(100, 5_000), 10_000);
    await vi.advanceTimersByTimeAsync(2_100);
    expect(new Set(probed.slice(length).map(({ key }) => key)).size).toBe(100);
  });
});
