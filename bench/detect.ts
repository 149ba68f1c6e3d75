import { setTimeout as pause } from 'node:timers/promises';
import { TelemetryDatabase } from '@icmp-mon/platform/database';
import type { Bench, BenchContext, BenchResult } from './bench';
import { type Detected, type Fault, floorsOf, type Outage } from './detect-floor';
import { FaultNetwork } from './fault-network';
import { HalfLoad } from './half-load';
import { rounded } from './pairs';
import type { BenchProduct } from './product';
import { StatusClient } from './status-client';

/** As in the tiers of the lab, and of a new installation: `standard`. */
const INTERVAL_S = 15;
const TARGETS = 2_400;
const FAULTS = 1_000;
/** Mean time between two faults, in ms: at most 5 % of the agents' packets are then those of bursts. */
const GAP_MS = 600;
const QUICK = { targets: 600, faults: 40, gapMs: 1_500 };
/** A fault that is not seen by then is missed. */
const DETECTED_WITHIN_MS = 60_000;
/** Every target has been probed by every agent, and agents know that their marks are read. */
const SETTLE_MS = 2 * INTERVAL_S * 1_000;
const SEED = 7;

/**
 * Detection: packets to a target are dropped, and a client of the API's event stream sees the target as `down`. Three real agents of the
 * lab, quorum 2, two misses, timeout 1 s, 2,400 targets at 15 s, 1,000 faults at random times (exponential gaps) on as many targets, next to
 * the half load of 10,000 results per second by a second product.
 *
 * - Product: ms from the fault to the event at the client.
 * - Reference: the floor that the schedule allows (`floorsOf`): the wait until the second of three agents probes the target as scheduled, and
 *   two timeouts, because a miss is known after its timeout, and two are needed.
 * - Ratio: 99th percentile of product / reference by fault. Also printed: the time of agents (until the second agent's deciding miss is known, beyond
 *   the floor) and of the pipeline (from there to the client).
 */
export const run: Bench = async (context) => {
  const { targets, faults, gapMs } = context.quick ? QUICK : { targets: TARGETS, faults: FAULTS, gapMs: GAP_MS };
  const load = context.quick ? null : await HalfLoad.start(context);
  const product = await context.startProduct({ apps: ['gateway', 'api', 'projector', 'worker'] });
  const { network, ips, responder } = await FaultNetwork.start(product, { targets, intervalS: INTERVAL_S });
  context.cpu.register('responder', responder);
  const client = new StatusClient(product);
  try {
    await pause(SETTLE_MS);
    context.printLine(`detect: ${faults} faults on ${targets} targets, one per ${gapMs} ms`);
    const outages = await injectFaults(network, client, { ips: shuffled(ips).slice(0, faults), gapMs });
    await load?.stop();
    return await report(context, product, outages);
  } finally {
    client.stop();
    await network.stop();
  }
};

/** Injects a fault into each target at a random time, and removes it when it was seen. Returns the outages in their order. */
async function injectFaults(
  network: FaultNetwork,
  client: StatusClient,
  { ips, gapMs }: { ips: readonly string[]; gapMs: number },
): Promise<Outage[]> {
  const random = randomOf(SEED);
  const seen: Promise<Outage>[] = [];
  let atMs = performance.now();
  for (const ip of ips) {
    atMs += -Math.log(1 - random()) * gapMs;
    await pause(Math.max(0, atMs - performance.now()));
    const { fromMs, silentMs } = await network.silenceTarget(ip);
    const outage = client.whenDown(ip, silentMs, DETECTED_WITHIN_MS).then(async (down) => {
      await network.restoreTarget(ip);
      return { ip, key: down?.key ?? 0, fromMs, silentMs, seenMs: down?.seenMs ?? null };
    });
    seen.push(outage);
  }
  return Promise.all(seen);
}

async function report(
  { printLine }: BenchContext,
  { access }: BenchProduct,
  outages: readonly Outage[],
): Promise<BenchResult> {
  const faults = outages.filter((outage): outage is Fault => outage.seenMs !== null);
  const database = new TelemetryDatabase({ url: access.telemetryDatabaseUrl });
  let detected: Detected[];
  try {
    detected = await floorsOf(database, faults, INTERVAL_S * 1_000);
  } finally {
    await database.close();
  }
  const percentiles = (of: (each: Detected) => number): Record<string, number> => {
    const sorted = detected.map(of).sort((a, b) => a - b);
    const at = (share: number): number => rounded(sorted[Math.ceil(share * sorted.length) - 1] ?? NaN);
    return { p50: at(0.5), p90: at(0.9), p99: at(0.99) };
  };
  const figures = {
    detectedMs: percentiles(({ tookMs }) => tookMs),
    floorMs: percentiles(({ floorMs }) => floorMs),
    agentsMs: percentiles(({ agentsMs }) => agentsMs),
    pipelineMs: percentiles(({ pipelineMs }) => pipelineMs),
    ratios: percentiles(ratioOf),
  };
  const slowest = detected.reduce((worst, each) => (ratioOf(each) > ratioOf(worst) ? each : worst));
  printLine(`detect: the slowest fault: ${JSON.stringify(slowest)}`);
  const missed = outages.length - detected.length;
  for (const [name, values] of Object.entries(figures)) printLine(`detect: ${name}: ${JSON.stringify(values)}`);
  if (missed > 0) printLine(`detect: FAULT: ${missed} of ${outages.length} faults were not seen, or have no results`);
  const ratios = detected.map(ratioOf);
  const ratio = missed > 0 ? 0 : (figures.ratios['p99'] ?? 0);
  const bounds = { min: rounded(Math.min(...ratios)), max: rounded(Math.max(...ratios)) };
  return { name: 'detect', ratio, ...bounds, pairs: [], cpuSeconds: {}, faults: outages.length, missed, ...figures };
}

const ratioOf = ({ tookMs, floorMs }: Detected): number => tookMs / floorMs;

/** Returns a generator of numbers from 0 to below 1 that is the same in each run (mulberry32). */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function shuffled(ips: readonly string[]): string[] {
  const random = randomOf(SEED + 1);
  return ips
    .map((ip) => [random(), ip] as const)
    .sort(([a], [b]) => a - b)
    .map(([, ip]) => ip);
}
