import { setTimeout as pause } from 'node:timers/promises';
import type { BenchContext, BenchResult } from './bench';
import { FoldWatch } from './folded';
import { runFping } from './fping-reference';
import { Inventory, pingPolicy } from './inventory';
import { metricOf } from './load-report';
import { type PairsResult, rounded, runPairs } from './pairs';
import type { ByProcess } from './process-cpu';
import type { BenchProduct } from './product';
import { profiling } from './projector';
import { storedTally } from './stored-tally';

const INTERVAL_S = 30;
const TARGETS = 100_000;
const TARGETS_QUICK = 5_000;
const ASSIGNED_WITHIN_MS = 600_000;
/** Time until the first probes outside the schedule, and the writes of the first statuses, no longer have an effect: one interval and a margin. */
const SETTLE_MS = (INTERVAL_S + 15) * 1_000;
const STOPPED_WITHIN_MS = 10_000;
const STORED_WITHIN_MS = 60_000;
const WINDOW_MS = 300_000;
const PACKETS_PER_S = 20_000;

/**
 * CPU seconds of the whole stack (fping, agent, gateway, Kafka, projector, database, relay, API) per million results, from ping to query:
 * 100,000 loopback targets every 30 s by one real agent; against bare fping's CPU for the same pings. A round is one interval of the
 * running product, or one round of fping; lower is better. Windows are folded every five minutes, which most rounds do not contain, so
 * the ratio is taken over whole windows, and the pairs show the variation.
 */
export async function run(context: BenchContext): Promise<BenchResult> {
  const targets = context.quick ? TARGETS_QUICK : TARGETS;
  const product = await startWithTargets(context, targets);
  const { result, windows } = await comparePairs(context, product, targets);
  const { value, cpuSeconds: windowsCpuSeconds } = windows;
  context.printLine(
    `cost: over whole windows ${value.toFixed(1)} CPU s per million results, ${JSON.stringify(windowsCpuSeconds)}`,
  );
  const { made, stored } = await stopAndCount(product);
  context.printLine(`cost: the agent produced ${made} results, ${stored} are stored`);
  const ratio = stored === made && result.ratio > 0 ? rounded(value / result.reference) : 0;
  const figures = { product: rounded(value), ratioOfRounds: result.ratio, windowsCpuSeconds };
  return { ...result, ...figures, ratio, targets, intervalS: INTERVAL_S, made, stored };
}

/** Starts a product whose own agent probes the targets, and waits until it does so at their interval. */
async function startWithTargets(context: BenchContext, targets: number): Promise<BenchProduct> {
  const product = await context.startProduct({
    apps: ['gateway', 'api', 'projector', 'worker', 'agent'],
    environment: profiling(context),
    agentPolicy: policy(false),
  });
  const inventory = new Inventory(product.access.controlDatabaseUrl);
  await inventory.defineTier('cost', pingPolicy(INTERVAL_S, 'distributed', 1));
  await inventory.register(targets, 'cost');
  await inventory.close();
  const deadlineMs = performance.now() + ASSIGNED_WITHIN_MS;
  while ((await agentCounter(product, 'icmpmon_agent_targets')) < targets) {
    if (performance.now() > deadlineMs) throw new Error('The targets were not assigned to the agent within 10 min.');
    await pause(1_000);
  }
  context.printLine(`cost: ${targets} targets every ${INTERVAL_S} s by one agent`);
  await pause(SETTLE_MS);
  return product;
}

/** Compares rounds of product and reference; `windows` is the product's cost from the first pair to the end of a whole window. */
async function comparePairs(
  context: BenchContext,
  product: BenchProduct,
  targets: number,
): Promise<{ result: PairsResult; windows: Cost }> {
  let whole: { cost: () => Promise<Cost>; startedMs: number } | undefined;
  const beginWhole = async (round: number): Promise<void> => {
    if (round > 0) whole ??= { cost: await beginCost(context, product), startedMs: performance.now() };
  };
  const result = await runPairs(context, {
    name: 'cost',
    unit: 'CPU s per million results',
    async product(round) {
      await beginWhole(round);
      const cost = await beginCost(context, product);
      await pause(INTERVAL_S * 1_000);
      const { results, ...measured } = await cost();
      const missed = Math.abs(results - targets) / targets > 0.05;
      return {
        ...measured,
        ...(missed && { fault: `${results} results in ${INTERVAL_S} s of ${targets} targets` }),
      };
    },
    async reference(round) {
      await beginWhole(round);
      const { pings, cpuS } = await runFping(context.dir, targets, INTERVAL_S * 1_000, 1);
      return { value: (cpuS / pings) * 1e6 };
    },
  });
  if (whole === undefined) throw new Error('--pairs must be 1 or more.');
  const aheadMs = whole.startedMs - performance.now();
  if (!context.quick) await pause(aheadMs + Math.ceil(-aheadMs / WINDOW_MS) * WINDOW_MS);
  return { result, windows: await whole.cost() };
}

/** Starts a measurement; the returned function returns the cost since then. */
async function beginCost(context: BenchContext, product: BenchProduct): Promise<() => Promise<Cost>> {
  const before = await spooledResults(product);
  const cpu = context.cpu.startMeasuring();
  return async () => {
    const cpuSeconds = cpu();
    const results = (await spooledResults(product)) - before;
    const spent = Object.values(cpuSeconds).reduce((sum, seconds) => sum + seconds, 0);
    return { value: (spent / results) * 1e6, results, cpuSeconds };
  };
}

/** Stops the agent's probing, and returns how many results it produced and how many are stored once they had time to arrive. */
async function stopAndCount(product: BenchProduct): Promise<{ made: number; stored: number }> {
  product.setAgentPolicy(policy(true));
  await pause(STOPPED_WITHIN_MS);
  const made = await spooledResults(product);
  const watch = await FoldWatch.open(product.access.telemetryDatabaseUrl);
  const storedByMs = performance.now() + STORED_WITHIN_MS;
  const range = { fromMs: Date.now() - 24 * 3_600_000, toMs: Date.now() + WINDOW_MS };
  while ((await watch.visible(range.fromMs, range.toMs)) < made && performance.now() < storedByMs) await pause(500);
  await watch.close();
  return { made, stored: (await storedTally(product.access.telemetryDatabaseUrl, range)).count };
}

const agentCounter = async (product: BenchProduct, name: string): Promise<number> =>
  (await metricOf(product, 'agent', name)) ?? 0;

const spooledResults = (product: BenchProduct): Promise<number> =>
  agentCounter(product, 'icmpmon_agent_spooled_results_total');

interface Cost {
  /** CPU seconds per million results. */
  value: number;
  results: number;
  cpuSeconds: ByProcess;
}

function policy(stopped: boolean): string {
  return `allow: [127.0.0.0/8]\npacketsPerSecond: ${PACKETS_PER_S}\nstopped: ${stopped}\n`;
}
