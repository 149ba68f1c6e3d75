import { setTimeout as pause } from 'node:timers/promises';
import type { BenchContext, BenchResult } from './bench';
import { FoldWatch } from './folded';
import { Inventory, pingPolicy } from './inventory';
import { LiveClient } from './live-client';
import { cpuShares, metricOf, metricValues, printMinute, type MinuteReport } from './load-report';
import type { BenchProduct } from './product';
import { profiling } from './projector';
import { enrolmentOf, startFleet } from './pipeline';
import { storedTally } from './stored-tally';
import { agentSource, fleetSource, type Source } from './load-sources';

export interface LoadOptions {
  form: 'fping' | 'fleet' | 'all';
  agents: number;
  targets: number;
  intervalS: number;
  minutes: number;
}

const MINUTE_MS = 60_000;
const WINDOW_MS = 300_000;
const WATCHED_TARGETS = 20;
const DRAIN_WITHIN_MS = 600_000;
/** Memory drift is measured from the third minute, when caches are filled and code is compiled. */
const WARM_MINUTES = 3;
/** The product does not sustain the load when agents or shards are further behind than this. */
const BEHIND_S_MAX = 120;
const TICK_AGE = 'icmpmon_shard_freshness_seconds';

/** Defaults of each load run; the command's options override them. */
export const LOADS: Readonly<Record<LoadOptions['form'], Omit<LoadOptions, 'form'>>> = {
  fping: { agents: 1, targets: 10_000, intervalS: 15, minutes: 10 },
  fleet: { agents: 3, targets: 100_000, intervalS: 15, minutes: 30 },
  all: { agents: 100, targets: 100_000, intervalS: 30, minutes: 15 },
};

/** Runs its own product under load, reports its figures every minute, and verifies at the end that every result is stored exactly once. */
export async function runLoad(context: BenchContext, options: LoadOptions): Promise<BenchResult> {
  const { form, agents, targets, intervalS, minutes } = options;
  const perSecond = Math.round((targets * agents) / intervalS);
  context.printLine(
    `load ${form}: ${agents} agents × ${targets} targets every ${intervalS} s: ${perSecond} results/s, ${minutes} min`,
  );
  const own = form === 'fping' ? (['agent'] as const) : [];
  const apps = ['gateway', 'api', 'projector', 'worker', ...own] as const;
  const product = await context.startProduct({ apps: [...apps], environment: profiling(context) });
  const inventory = new Inventory(product.access.controlDatabaseUrl);
  await inventory.defineTier('load', pingPolicy(intervalS, 'all', agents));
  // Agents are enrolled first: every later agent would change the assignments of all targets.
  const fleet = form === 'fping' ? null : startFleet(context);
  if (fleet) await fleet.callFleet('enrol', await enrolmentOf(product, agents));
  const startedMs = performance.now();
  const registered = await inventory.register(targets, 'load');
  await inventory.close();
  context.printLine(`registered ${targets} targets in ${((performance.now() - startedMs) / 1_000).toFixed(0)} s`);
  const watch = await FoldWatch.open(product.access.telemetryDatabaseUrl);
  const source = fleet ? await fleetSource(fleet, targets) : await agentSource(product, targets);
  context.printLine(`assigned after ${((performance.now() - startedMs) / 1_000).toFixed(0)} s; load starts`);
  const step = Math.max(1, Math.floor(targets / WATCHED_TARGETS));
  const watched = registered.filter((_, at) => at % step === 0).slice(0, WATCHED_TARGETS);
  const live = new LiveClient(
    product,
    watched.map(({ id }) => id),
  );
  const reports = await watchMinutes(context, product, source, live, { minutes, perSecond });
  live.stop();
  const verdict = await judge(context, product, watch, source);
  await fleet?.stop();
  await watch.close();
  return { ...resultOf(options, perSecond, reports), ...verdict };
}

async function watchMinutes(
  context: BenchContext,
  product: BenchProduct,
  source: Source,
  live: LiveClient,
  { minutes, perSecond }: { minutes: number; perSecond: number },
): Promise<MinuteReport[]> {
  const reports: MinuteReport[] = [];
  const shares = cpuShares(context);
  const beganMs = performance.now();
  for (let minute = 1; minute <= minutes; minute++) {
    await pause(Math.max(0, beganMs + minute * MINUTE_MS - performance.now()));
    const { generated, accepted } = await source.readCounts();
    const report: MinuteReport = {
      minute,
      generated,
      accepted,
      applied: (await metricOf(product, 'projector', 'icmpmon_shard_results')) ?? 0,
      lagRecords: (await metricOf(product, 'projector', 'icmpmon_shard_lag_records')) ?? -1,
      behindS: Math.round(Math.max(0, ...((await metricValues(product, 'projector', TICK_AGE)) ?? []))),
      freshnessMs: live.takeAges(),
      cpu: shares(),
      memoryMiB: context.cpu.memoryMiB(),
    };
    reports.push(report);
    printMinute(context, report);
    const waitingS = (generated - accepted) / perSecond;
    if (Math.max(waitingS, report.behindS) > BEHIND_S_MAX) {
      context.printLine(
        `The product does not sustain the load: agents hold ${Math.round(waitingS)} s of results, shards are ${report.behindS} s behind.`,
      );
      break;
    }
  }
  return reports;
}

async function judge(
  context: BenchContext,
  product: BenchProduct,
  watch: FoldWatch,
  source: Source,
): Promise<Record<string, unknown>> {
  context.printLine('settling: no more probes, waiting for the results in flight');
  const startedMs = performance.now();
  const { expected, fromMs, toMs } = await source.settleSource();
  const wanted = typeof expected === 'number' ? expected : expected.count;
  const windows = [Math.floor(fromMs / WINDOW_MS) * WINDOW_MS, toMs + WINDOW_MS] as const;
  while ((await watch.visible(...windows)) < wanted && performance.now() - startedMs < DRAIN_WITHIN_MS)
    await pause(1_000);
  const drainedS = Math.round((performance.now() - startedMs) / 1_000);
  const stored = await storedTally(product.access.telemetryDatabaseUrl, { fromMs: windows[0], toMs: windows[1] });
  const sound = typeof expected === 'number' ? stored.count === expected : stored.equals(expected);
  context.printLine(
    `generated ${expected}, stored ${stored}: ${sound ? 'every result is stored exactly once' : 'NOT EQUAL'}`,
  );
  return { generated: String(expected), stored: String(stored), sound, drainedS, missing: wanted - stored.count };
}

function resultOf(
  { form, agents, targets, intervalS }: LoadOptions,
  perSecond: number,
  reports: readonly MinuteReport[],
): BenchResult {
  const last = reports[reports.length - 1];
  const warm = reports[Math.min(WARM_MINUTES, reports.length) - 1];
  const drift = Object.entries(last?.memoryMiB ?? {}).map(([name, mib]): [string, number] => [
    name,
    mib - (warm?.memoryMiB[name] ?? 0),
  ]);
  return {
    name: `load ${form}`,
    ratio: 1,
    min: 1,
    max: 1,
    pairs: [],
    cpuSeconds: {},
    ...{ agents, targets, intervalS, resultsPerS: perSecond, minutes: reports.length },
    freshnessP99Ms: reports.map(({ freshnessMs }) => freshnessMs.p99),
    behindS: reports.map(({ behindS }) => behindS),
    lagRecords: reports.map(({ lagRecords }) => lagRecords),
    cpuOfACore: last?.cpu ?? {},
    memoryMiB: last?.memoryMiB ?? {},
    memoryDriftMiB: Object.fromEntries(drift),
  };
}
