import { kafkaAnswers, postgresAnswers } from '@icmp-mon/infra/testing';
import { readKafkaSasl } from '@icmp-mon/platform/messaging';
import { setTimeout as pause } from 'node:timers/promises';
import type { BenchContext, BenchResult, Pair } from './bench';
import { FoldWatch } from './folded';
import type { Fleet } from './fleet/fleet';
import { Tally } from './fleet/tally';
import { Inventory, pingPolicy } from './inventory';
import { rounded } from './pairs';
import { enrolmentOf, startFleet } from './pipeline';
import { storedTally } from './stored-tally';

const AGENTS = 3;
const INTERVAL_S = 15;
const TARGETS = 20_000;
const TARGETS_QUICK = 3_000;
const DOWN_S = 30;
const DOWN_S_QUICK = 10;
const POLL_MS = 250;
const WARM_MS = 45_000;
const WINDOW_MS = 300_000;
const DRAIN_WITHIN_MS = 300_000;
/** Allowed results in flight above the usual number, in seconds of load. */
const SLACK_S = 1;
/** Samples, one per second, of the usual number of results in flight. */
const USUAL_SAMPLES = 12;
const SETTLE_MS = 60_000;

/**
 * Kills the broker, and then the database, repeatedly for D seconds, while agents continue. Measures the time from the service's first
 * response until no more results are in flight than before, divided by D. All of it with live traffic, and at the end no result lost or
 * duplicated.
 */
export async function run(context: BenchContext): Promise<BenchResult> {
  const targets = context.quick ? TARGETS_QUICK : TARGETS;
  const downS = context.quick ? DOWN_S_QUICK : DOWN_S;
  const resultsPerS = (targets * AGENTS) / INTERVAL_S;
  const load = await startLoad(context, targets);
  await pause(WARM_MS);
  const kafka = await recoverFrom('kafka', context, load, { downS, resultsPerS });
  const postgres = await recoverFrom('postgres', context, load, { downS, resultsPerS });
  const { expected, stored } = await settle(load);
  await load.fleet.stop();
  const sound = stored.equals(expected);
  context.printLine(
    `recovery: generated ${expected}, stored ${stored}: ${sound ? 'none lost, none duplicated' : 'NOT EQUAL'}`,
  );
  const worst = Math.max(kafka.ratio, postgres.ratio);
  return {
    name: 'recovery',
    ratio: sound ? worst : 0,
    min: Math.min(kafka.ratio, postgres.ratio),
    max: worst,
    pairs: [kafka, postgres],
    unit: 's to drain per s of outage',
    cpuSeconds: {},
    ...{ kafka: kafka.ratio, postgres: postgres.ratio, resultsPerS, sound },
    ...(!sound && { faults: [`generated ${expected}, stored ${stored}`] }),
  };
}

/** Live results of simulated agents, since `fromMs`, on a product of its own. */
interface Load {
  fleet: Fleet;
  telemetryUrl: string;
  fromMs: number;
}

async function startLoad(context: BenchContext, targets: number): Promise<Load> {
  const product = await context.startProduct({ apps: ['gateway', 'projector', 'worker'] });
  const fleet = startFleet(context);
  await fleet.callFleet('enrol', await enrolmentOf(product, AGENTS));
  const inventory = new Inventory(product.access.controlDatabaseUrl);
  await inventory.defineTier('recovery', pingPolicy(INTERVAL_S, 'all', AGENTS));
  await inventory.register(targets, 'recovery');
  await inventory.close();
  await fleet.callFleet('targets', { expectedPerAgent: targets });
  const { fromMs } = await fleet.callFleet('live', {});
  return { fleet, telemetryUrl: product.access.telemetryDatabaseUrl, fromMs };
}

/** Returns the number of results that were generated and are not visible to readers yet. */
async function inFlight({ fleet, telemetryUrl, fromMs }: Load): Promise<number> {
  const { generated } = await fleet.callFleet('counts', {});
  return generated - (await visibleSince(telemetryUrl, fromMs));
}

/** Keeps the service down, and measures how long the results in flight take to return to their usual number. */
async function recoverFrom(
  service: 'kafka' | 'postgres',
  context: BenchContext,
  load: Load,
  { downS, resultsPerS }: { downS: number; resultsPerS: number },
): Promise<Pair> {
  let usual = 0;
  for (let sample = 0; sample < USUAL_SAMPLES; sample++) {
    usual = Math.max(usual, await inFlight(load));
    await pause(1_000);
  }
  const deadS = await keepDown(context, service, downS);
  const upMs = performance.now();
  let most = 0;
  for (;;) {
    const waiting = await inFlight(load).catch(() => Infinity);
    if (waiting !== Infinity) most = Math.max(most, waiting);
    if (waiting <= usual + SLACK_S * resultsPerS) break;
    if (performance.now() - upMs > DRAIN_WITHIN_MS)
      throw new Error(`${waiting} results are still in flight 300 s after ${service} was back.`);
    await pause(POLL_MS);
  }
  const drainS = (performance.now() - upMs) / 1_000;
  const ratio = rounded(drainS / deadS);
  context.printLine(
    `recovery: ${service} unavailable for ${deadS.toFixed(1)} s, drained ${drainS.toFixed(1)} s after its first response ` +
      `(at most ${most} in flight, usually ${usual}): ratio ${ratio}`,
  );
  return { ratio, product: rounded(drainS), reference: rounded(deadS) };
}

/** Stops the load, and returns what it generated and what is stored once all results had time to arrive. */
async function settle({ fleet, telemetryUrl, fromMs }: Load): Promise<{ expected: Tally; stored: Tally }> {
  const settled = await fleet.callFleet('settle', {});
  const expected = Tally.from(settled.tally);
  const deadlineMs = performance.now() + SETTLE_MS;
  const missing = async (): Promise<number> => expected.count - (await visibleSince(telemetryUrl, fromMs));
  while ((await missing()) > 0 && performance.now() < deadlineMs) await pause(1_000);
  const range = { fromMs: Math.floor(settled.fromMs / WINDOW_MS) * WINDOW_MS, toMs: settled.toMs + WINDOW_MS };
  return { expected, stored: await storedTally(telemetryUrl, range) };
}

/** Kills every process of the service as often as the supervisor restarts it. Resolves when the last one answers; returns the seconds of the outage. */
async function keepDown(context: BenchContext, service: string, downS: number): Promise<number> {
  const fromMs = performance.now();
  const isOver = (): boolean => performance.now() - fromMs > downS * 1_000;
  let killed = 0;
  while (!isOver()) {
    const pid = context.cpu.pidsByName()[service];
    if (pid !== undefined && pid !== killed) {
      kill(pid);
      killed = pid;
    }
    await pause(POLL_MS);
  }
  for (;;) {
    const pid = context.cpu.pidsByName()[service];
    if (pid !== undefined && pid !== killed && (await answers(service))) return (performance.now() - fromMs) / 1_000;
    await pause(POLL_MS);
  }
}

/** Kills a process, which may have exited by itself: PostgreSQL refuses to start while processes of the killed one still run. */
function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

async function answers(service: string): Promise<boolean> {
  if (service !== 'kafka') return postgresAnswers(databasePort());
  const login = readKafkaSasl();
  return login !== undefined && kafkaAnswers(brokerPort(), login);
}

function brokerPort(): number {
  return Number((process.env['ICMPMON_TEST_KAFKA_BROKERS'] ?? '').split(':')[1]);
}

function databasePort(): number {
  return Number(new URL(process.env['ICMPMON_TEST_DATABASE_URL'] ?? '').port);
}

/** Uses a new connection for each query, because the database may be the killed service. */
async function visibleSince(telemetryUrl: string, fromMs: number): Promise<number> {
  const watch = await FoldWatch.open(telemetryUrl);
  try {
    return await watch.visible(Math.floor(fromMs / WINDOW_MS) * WINDOW_MS, Date.now() + WINDOW_MS);
  } finally {
    await watch.close();
  }
}
