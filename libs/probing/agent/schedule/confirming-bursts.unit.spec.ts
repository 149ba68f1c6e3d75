import { isConfirming, OUTCOME } from '@icmp-mon/probing/contract';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { BurstBudget } from './burst-budget';
import { InstantExecutor, START_MS } from './instant.test-executor';
import { PacketBudget } from './packet-budget';
import { pingPlan } from './ping-plan.test-data';
import { Prober } from './prober';
import { ScheduledRates } from './scheduled-rates';
import type { PlannedTarget } from './target-plan';

const INTERVAL_MS = 15_000;
const LIMITS = { packetsPerSecond: 10_000, packetsPerSecondPerAddress: 10 };

describe('confirming bursts', () => {
  let executor: InstantExecutor;
  let bursts: BurstBudget;
  let prober: Prober;
  let probed: { key: number; atMs: number; confirms: boolean; outcome: number }[];
  let isBelieved: boolean;
  /** Results that wait for the anchors; null without any. */
  let waiting: (() => void)[] | null;

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'] });
    executor = new InstantExecutor();
    bursts = new BurstBudget();
    bursts.isEnabled = true;
    probed = [];
    isBelieved = true;
    waiting = null;
    const quiet = (): void => undefined;
    prober = new Prober({
      ...{ executor, bursts, budget: new PacketBudget(LIMITS) },
      onResult({ key }, atMs, outcome, _rttUs, detail) {
        probed.push({ key, atMs: atMs - START_MS, confirms: isConfirming(detail), outcome });
        return isBelieved;
      },
      whenAsked: (_sinceMs, judge) => (waiting === null ? judge() : waiting.push(judge)),
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

  const replacePlan = (plan: PlannedTarget[]): void => {
    bursts.setPlan(new ScheduledRates(plan), plan.length, LIMITS);
    prober.replacePlan(plan);
  };
  const confirmingOf = (key: number): number[] =>
    probed.filter((each) => each.key === key && each.confirms).map(({ atMs }) => atMs);
  /** All targets answer once, and those of `missing` no longer. */
  const whenMissing = async (plan: PlannedTarget[], missing: (key: number) => boolean): Promise<void> => {
    prober.start();
    replacePlan(plan);
    await vi.advanceTimersByTimeAsync(2 * INTERVAL_MS);
    executor.outcomeOf = (ip) => {
      const key = plan.find((target) => target.ip === ip)?.key ?? 0;
      return missing(key) ? OUTCOME.timeout : OUTCOME.reply;
    };
  };

  it('probe a target three more times, 500 ms apart, after its first miss, and once per run of misses', async () => {
    await whenMissing(pingPlan(100, INTERVAL_MS), (key) => key === 7);
    await vi.advanceTimersByTimeAsync(4 * INTERVAL_MS);
    const firstMissMs = probed.find(({ key, outcome }) => key === 7 && outcome !== OUTCOME.reply)?.atMs ?? 0;
    const times = confirmingOf(7);
    expect(times).toHaveLength(3);
    times.forEach((atMs, at) => expect(Math.abs(atMs - firstMissMs - 10 - at * 500)).toBeLessThan(30));
    expect(probed.filter(({ key, confirms }) => key !== 7 && confirms)).toEqual([]);
    expect(bursts.counts).toMatchObject({ bursts: 1, probes: 3 });
    executor.outcomeOf = () => OUTCOME.reply;
    await vi.advanceTimersByTimeAsync(2 * INTERVAL_MS);
    executor.outcomeOf = () => OUTCOME.timeout;
    replacePlan(pingPlan(7, INTERVAL_MS));
    await vi.advanceTimersByTimeAsync(3 * INTERVAL_MS);
    expect(confirmingOf(7)).toHaveLength(6);
  });

  it('end with the first answer', async () => {
    let misses = 2;
    await whenMissing(pingPlan(100, INTERVAL_MS), (key) => key === 7 && misses-- > 0);
    await vi.advanceTimersByTimeAsync(2 * INTERVAL_MS);
    expect(confirmingOf(7)).toHaveLength(2);
    expect(bursts.counts).toMatchObject({ bursts: 1, probes: 2 });
  });

  it('share one run per step', async () => {
    await whenMissing(pingPlan(1_500, INTERVAL_MS), (key) => key <= 15);
    const before = executor.slices.length;
    await vi.advanceTimersByTimeAsync(INTERVAL_MS + 2_000);
    for (let key = 1; key <= 15; key++) expect(confirmingOf(key)).toHaveLength(3);
    const steps = executor.slices.slice(before).filter(({ count }) => count < 100);
    expect(steps.reduce((sum, { count }) => sum + count, 0)).toBe(45);
    steps.forEach(({ fromMs }, at) =>
      expect(fromMs - (steps[at - 1]?.fromMs ?? -Infinity)).toBeGreaterThanOrEqual(499),
    );
  });

  it('are not made for a crowd, nor continued for its first misses', async () => {
    await whenMissing(pingPlan(300, INTERVAL_MS), () => true);
    const { skippedRounds } = prober.counters;
    await vi.advanceTimersByTimeAsync(2 * INTERVAL_MS);
    expect(bursts.counts.refused_crowd).toBeGreaterThanOrEqual(300 - 3 * 9);
    expect(bursts.counts.probes).toBeLessThanOrEqual(3 * 9 * 3);
    expect(prober.counters.skippedRounds).toBe(skippedRounds);
  });

  it.each([OUTCOME.not_sent, OUTCOME.error])(
    'do not follow an outcome that is not a miss of the target: %i',
    async (of) => {
      await whenMissing(pingPlan(10, INTERVAL_MS), () => false);
      executor.outcomeOf = () => of;
      await vi.advanceTimersByTimeAsync(2 * INTERVAL_MS);
      expect(bursts.counts.bursts).toBe(0);
    },
  );

  it('do not follow a miss that is not believed, and end with a result that is not', async () => {
    await whenMissing(pingPlan(1, INTERVAL_MS), () => true);
    isBelieved = false;
    await vi.advanceTimersByTimeAsync(2 * INTERVAL_MS);
    expect(bursts.counts.bursts).toBe(0);
    isBelieved = true;
    await expect.poll(() => bursts.counts.bursts, { interval: 1 }).toBe(0);
    for (let step = 0; step < 200 && bursts.counts.probes === 0; step++) await vi.advanceTimersByTimeAsync(100);
    isBelieved = false;
    await vi.advanceTimersByTimeAsync(INTERVAL_MS);
    expect(bursts.counts).toMatchObject({ bursts: 1 });
    expect(bursts.counts.probes).toBeLessThan(3);
  });

  it('record further misses after the anchors were asked, and answers immediately', async () => {
    waiting = [];
    await whenMissing(pingPlan(1, INTERVAL_MS), () => true);
    for (let step = 0; step < 200 && waiting.length < 2; step++) await vi.advanceTimersByTimeAsync(100);
    expect(confirmingOf(1)).toEqual([]);
    executor.outcomeOf = () => OUTCOME.reply;
    await vi.advanceTimersByTimeAsync(1_000);
    expect(confirmingOf(1)).toHaveLength(1);
    isBelieved = false;
    for (const judge of waiting) judge();
    expect(confirmingOf(1)).toHaveLength(3);
  });

  it('do not follow the first miss of a target that never answered', async () => {
    prober.start();
    executor.outcome = OUTCOME.timeout;
    replacePlan(pingPlan(5, INTERVAL_MS));
    await vi.advanceTimersByTimeAsync(3 * INTERVAL_MS);
    expect(bursts.counts.bursts).toBe(0);
  });

  it.each([
    ['removed', (): PlannedTarget[] => []],
    ['moved to another address', (plan: PlannedTarget[]) => plan.map((each) => ({ ...each, ip: '10.9.9.9' }))],
    ['of a tier without them', (plan: PlannedTarget[]) => plan.map((each) => ({ ...each, confirm: false }))],
  ])('end for a target that is %s', async (_how, change) => {
    const plan = pingPlan(1, INTERVAL_MS);
    await whenMissing(plan, () => true);
    for (let step = 0; step < 200 && bursts.counts.probes === 0; step++) await vi.advanceTimersByTimeAsync(100);
    expect(bursts.counts.probes).toBe(1);
    replacePlan(change(plan));
    await vi.advanceTimersByTimeAsync(4 * INTERVAL_MS);
    expect(bursts.counts.probes).toBe(1);
  });

  it('are off in a tier without them, or while the control plane does not read their mark', async () => {
    const plan = pingPlan(1, INTERVAL_MS).map((each) => ({ ...each, confirm: false }));
    await whenMissing(plan, () => true);
    await vi.advanceTimersByTimeAsync(2 * INTERVAL_MS);
    bursts.isEnabled = false;
    executor.outcomeOf = () => OUTCOME.reply;
    replacePlan(pingPlan(1, INTERVAL_MS));
    await vi.advanceTimersByTimeAsync(2 * INTERVAL_MS);
    executor.outcomeOf = () => OUTCOME.timeout;
    await vi.advanceTimersByTimeAsync(2 * INTERVAL_MS);
    expect(bursts.counts.bursts).toBe(0);
  });

  it('end when the prober is stopped, and give back their packets', async () => {
    await whenMissing(pingPlan(1, INTERVAL_MS), () => true);
    for (let step = 0; step < 200 && bursts.counts.probes === 0; step++) await vi.advanceTimersByTimeAsync(100);
    const stopped = prober.stop(0);
    await vi.advanceTimersByTimeAsync(10_000);
    await stopped;
    expect(bursts.counts.probes).toBe(1);
  });
});
