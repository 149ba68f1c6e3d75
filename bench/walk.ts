import { ControlDatabase } from '@icmp-mon/platform/database';
import type { BulkJobDetail } from '@icmp-mon/targets/contract';
import type { BenchContext, BenchResult } from './bench';
import type { Fleet } from './fleet/fleet';
import { metricOf } from './load-report';
import { MemoryWatch } from './memory-watch';
import { secondsSince } from './pairs';
import { enrolmentOf, startFleet } from './pipeline';
import type { ByProcess } from './process-cpu';
import type { BenchProduct } from './product';
import { profiling } from './projector';
import { csvOf, endOf, sendFile, until } from './target-file';

const JUDGED_LOOK_MS = 1_000;
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

interface Followed {
  product: BenchProduct;
  control: ControlDatabase;
  fleet: Fleet;
  job: BulkJobDetail;
  targets: number;
  step(name: string, figure?: string): void;
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
    const file = csvOf(targets);
    const job = await sendFile(product, file);
    step('file accepted', `${Math.round(file.length / 1024)} KiB`);
    const [ended] = await Promise.all([
      untilAllKnown({ product, control, fleet, job, targets, step }),
      until(async () => ((await metricOf(product, 'projector', 'icmpmon_shard_results')) ?? 0) > 0).then(() =>
        step('first result'),
      ),
    ]);
    const untilKnown = cpu();
    await until(() => judgedTargets(control).then((judged) => judged >= targets), JUDGED_LOOK_MS);
    step('all targets have a verdict');
    const spent = cpu();
    const importMib = memory.takePeaks();
    const { pairs, tookMs } = await fleet.callFleet('readAll', {});
    step('all agents read their whole lists together', `${pairs} targets in ${(tookMs / 1_000).toFixed(2)} s`);
    const syncMib = memory.takePeaks();
    printTable(context, steps, { importMib, syncMib, untilKnown, spent });
    const faults = faultsOf(ended, steps, { targets, gatewayMib: Math.max(importMib['gateway'], syncMib['gateway']) });
    for (const fault of faults) context.printLine(`walk: FAULT: ${fault}`);
    const none = { ratio: 1, min: 1, max: 1, pairs: [] };
    const sound = faults.length === 0;
    return { name: 'walk', ...none, targets, agents, steps, importMib, syncMib, untilKnown, cpuSeconds: spent, sound };
  } finally {
    memory.stop();
    await fleet.stop();
    await control.close();
  }
}

/**
 * Waits until all targets are imported, assigned and known. Returns the ended job. The steps overlap, but what counts 100,000 rows runs only
 * when its step may have ended: repeated during the import, these queries took a third of PostgreSQL's time.
 */
async function untilAllKnown({ product, control, fleet, job, targets, step }: Followed): Promise<BulkJobDetail> {
  const ended = await endOf(product, job);
  step('all targets imported', `${ended.created} targets`);
  await until(() => assignedTargets(control).then(({ assigned }) => assigned >= targets));
  step('all targets assigned');
  await until(async () => {
    const { pairs, published } = await assignedTargets(control);
    return published && pairs >= targets && (await fleet.callFleet('held', {})) === pairs;
  });
  step(ALL_KNOWN);
  return ended;
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

type Mib = Record<string, number>;

function printTable(
  { printLine }: BenchContext,
  steps: readonly Step[],
  of: { importMib: Mib; syncMib: Mib; untilKnown: ByProcess; spent: ByProcess },
): void {
  printLine(`\n${'step'.padEnd(46)}${'at s'.padStart(8)}`);
  for (const { name, atS, figure } of [...steps].sort((a, b) => a.atS - b.atS))
    printLine(`${name.padEnd(46)}${String(atS).padStart(8)}  ${figure}`);
  const { importMib, syncMib, untilKnown, spent } = of;
  const row = (name: string, ...cells: unknown[]): void =>
    printLine(name.padEnd(16) + cells.map((cell) => String(cell).padStart(14)).join(''));
  printLine('');
  row('process', 'CPU s, known', 'CPU s, all', 'MiB', 'MiB, lists');
  for (const [name, cpuS] of Object.entries(spent))
    row(name, untilKnown[name] ?? 0, cpuS, importMib[name] ?? '', syncMib[name] ?? '');
  const sum = (seconds: ByProcess): number => Math.round(Object.values(seconds).reduce((a, b) => a + b, 0));
  row('all', sum(untilKnown), sum(spent), '', '');
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
