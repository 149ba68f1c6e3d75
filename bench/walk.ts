import { setTimeout as pause } from 'node:timers/promises';
import { ControlDatabase } from '@icmp-mon/platform/database';
import type { BulkJobDetail } from '@icmp-mon/targets/contract';
import type { BenchContext, BenchResult } from './bench';
import { addressOf } from './inventory';
import { metricOf } from './load-report';
import { MemoryWatch } from './memory-watch';
import { secondsSince } from './pairs';
import { enrolmentOf, startFleet } from './pipeline';
import type { BenchProduct } from './product';
import { profiling } from './projector';

const LOOK_MS = 200;
const STEP_WITHIN_MS = 600_000;
const SITES = 200;
/** Imported, assigned, and known by all agents within this time. */
const KNOWN_WITHIN_S = 60;
const GATEWAY_MIB_MAX = 300;
const ALL_KNOWN = 'all agents know their targets';

interface Step {
  name: string;
  /** Seconds since the file was sent. */
  atS: number;
  figure: string;
}

/**
 * The walk of an operator from an empty product: agents enrol and poll; a file with all targets is imported by the API, all in the tier
 * `standard`; the agents receive their lists and send results. At the end all agents read their whole lists at the same moment, as after a
 * restart of the gateway. Prints when each step ended. Sound if no line was refused, every target has a verdict, each agent knows what is
 * assigned, and time and memory of the gateway stay below their limits.
 */
export async function runWalk(context: BenchContext, of: { targets: number; agents: number }): Promise<BenchResult> {
  const { targets, agents } = of;
  const apps = ['gateway', 'api', 'projector', 'worker'] as const;
  const environment = { ...profiling(context), ICMPMON_STARTER_TARGETS: '' };
  const product = await context.startProduct({ apps: [...apps], environment });
  const control = new ControlDatabase({ url: product.access.controlDatabaseUrl, poolMax: 1 });
  const fleet = startFleet(context);
  const memory = new MemoryWatch(product.pidsByApp());
  const steps: Step[] = [];
  try {
    await fleet.callFleet('enrol', await enrolmentOf(product, agents));
    await fleet.callFleet('follow', {});
    const cpu = context.cpu.startMeasuring();
    const startedMs = performance.now();
    const step = (name: string, figure = ''): void => {
      steps.push({ name, atS: secondsSince(startedMs), figure });
      context.printLine(`walk: ${secondsSince(startedMs)} s: ${name} ${figure}`);
    };
    const file = fileOf(targets);
    const job = await sendFile(product, file);
    step('file accepted', `${Math.round(file.length / 1024)} KiB`);
    // Steps overlap: each is watched on its own.
    const [ended] = await Promise.all([
      endOf(product, job).then((end) => {
        step('all targets imported', `${Math.round(targets / secondsSince(startedMs))} targets/s`);
        return end;
      }),
      until(() => assignedTargets(control).then(({ assigned }) => assigned >= targets)).then(() =>
        step('all targets assigned'),
      ),
      until(async () => ((await metricOf(product, 'projector', 'icmpmon_shard_results')) ?? 0) > 0).then(() =>
        step('first result'),
      ),
      until(async () => {
        const { pairs, published } = await assignedTargets(control);
        return published && pairs >= targets && (await fleet.callFleet('held', {})) === pairs;
      }).then(() => step(ALL_KNOWN)),
      until(() => judgedTargets(control).then((judged) => judged >= targets)).then(() =>
        step('all targets have a verdict'),
      ),
    ]);
    const spent = cpu();
    const importMib = memory.takePeaks();
    const { pairs, tookMs } = await fleet.callFleet('readAll', {});
    step('all agents read their whole lists together', `${pairs} targets in ${(tookMs / 1_000).toFixed(2)} s`);
    const syncMib = memory.takePeaks();
    printTable(context, steps, { importMib, syncMib, spent });
    const faults = faultsOf(ended, steps, { targets, gatewayMib: Math.max(importMib['gateway'], syncMib['gateway']) });
    for (const fault of faults) context.printLine(`walk: FAULT: ${fault}`);
    const none = { ratio: 1, min: 1, max: 1, pairs: [] };
    const sound = faults.length === 0;
    return { name: 'walk', ...none, targets, agents, steps, importMib, syncMib, cpuSeconds: spent, sound };
  } finally {
    memory.stop();
    await fleet.stop();
    await control.close();
  }
}

function fileOf(targets: number): string {
  const lines = Array.from({ length: targets }, (_, at) => {
    const site = String(at % SITES).padStart(3, '0');
    return `${addressOf(at)},edge-${at},standard,site=s${site} role=edge,core team`;
  });
  return ['ip,name,tier,tags,owner', ...lines, ''].join('\n');
}

async function sendFile({ access }: BenchProduct, body: string): Promise<BulkJobDetail> {
  const headers = { authorization: `Bearer ${access.apiKey}`, 'content-type': 'text/csv' };
  const response = await fetch(`${access.apiUrl}/api/v1/targets:import`, { method: 'POST', headers, body });
  if (!response.ok) throw new Error(`The import returned ${response.status}: ${await response.text()}`);
  return (await response.json()) as BulkJobDetail;
}

async function endOf(product: BenchProduct, { id }: BulkJobDetail): Promise<BulkJobDetail> {
  let job: BulkJobDetail | undefined;
  await until(async () => {
    job = await product.callApi<BulkJobDetail>('GET', `bulk-jobs/${id}`);
    return job.finishedAt !== null;
  });
  if (job === undefined) throw new Error('The job was never read.');
  return job;
}

async function assignedTargets(
  control: ControlDatabase,
): Promise<{ assigned: number; pairs: number; published: boolean }> {
  const [row] = await control.query<{ assigned: number; pairs: number; published: boolean }>(
    `SELECT count(DISTINCT target_key) AS assigned, count(*) AS pairs,
       (SELECT published FROM shard_feed_state) >= coalesce(max(position), 0) AS published FROM assignment`,
  );
  return row;
}

/** Some simulated targets never answer: their verdict is that, not down. */
async function judgedTargets(control: ControlDatabase): Promise<number> {
  const [row] = await control.query<{ judged: number }>(
    "SELECT count(*) AS judged FROM target_list WHERE status <> 'unknown' OR reason = 'never_answered'",
  );
  return row.judged;
}

/** @throws Error when the condition does not hold in time */
async function until(condition: () => Promise<boolean>): Promise<void> {
  const deadlineMs = performance.now() + STEP_WITHIN_MS;
  while (!(await condition())) {
    if (performance.now() > deadlineMs) throw new Error(`A step did not end within ${STEP_WITHIN_MS / 1_000} s.`);
    await pause(LOOK_MS);
  }
}

type Mib = Record<string, number>;

function printTable(
  { printLine }: BenchContext,
  steps: readonly Step[],
  { importMib, syncMib, spent }: { importMib: Mib; syncMib: Mib; spent: Record<string, number> },
): void {
  printLine(`\n${'step'.padEnd(46)}${'at s'.padStart(8)}`);
  for (const { name, atS, figure } of [...steps].sort((a, b) => a.atS - b.atS))
    printLine(`${name.padEnd(46)}${String(atS).padStart(8)}  ${figure}`);
  printLine(`\n${'process'.padEnd(16)}${'CPU s'.padStart(8)}${'MiB'.padStart(8)}${'MiB, lists'.padStart(12)}`);
  for (const [name, cpuS] of Object.entries(spent)) {
    const [most, lists] = [importMib[name] ?? '', syncMib[name] ?? ''];
    printLine(name.padEnd(16) + String(cpuS).padStart(8) + String(most).padStart(8) + String(lists).padStart(12));
  }
}

function faultsOf(
  job: BulkJobDetail,
  steps: readonly Step[],
  { targets, gatewayMib }: { targets: number; gatewayMib: number },
): string[] {
  const known = steps.find(({ name }) => name === ALL_KNOWN)?.atS ?? Infinity;
  return [
    ...(job.state === 'completed' && job.created === targets
      ? []
      : [`the import is ${job.state}, ${job.created} created`]),
    ...(known <= KNOWN_WITHIN_S ? [] : [`all agents knew their targets after ${known} s, limit ${KNOWN_WITHIN_S} s`]),
    ...(gatewayMib < GATEWAY_MIB_MAX ? [] : [`the gateway used ${gatewayMib} MiB, limit ${GATEWAY_MIB_MAX} MiB`]),
  ];
}
