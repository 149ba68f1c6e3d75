import { setTimeout as pause } from 'node:timers/promises';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { projectedPosition } from '@icmp-mon/platform/event-store';
import type { BulkChangeRequest, BulkJobDetail, BulkPreview } from '@icmp-mon/targets/contract';
import { TARGET_VERSIONS } from '@icmp-mon/targets/server';
import type { BenchContext, BenchResult } from './bench';
import { Inventory } from './inventory';
import { rounded, secondsSince } from './pairs';
import type { BenchProduct } from './product';
import { profiling } from './projector';

const TARGETS = 100_000;
const TARGETS_QUICK = 10_000;
const SITES = 200;
const DRY_RUNS = 10;
/** A dry run is to be answered within this time. */
const DRY_RUN_MS = 1_000;
const LOOK_MS = 200;
const FOLLOWED_WITHIN_MS = 300_000;
const ALL = 'vrf ~ "*"';
const METHOD = 'targets:bulk';

/** Requests whose dry runs are measured. */
const REQUESTS: Readonly<Record<string, BulkChangeRequest>> = {
  tag: { filter: ALL, change: { addTags: { bench: 'yes' } } },
  'tag of one site': { filter: 'site=s017', change: { addTags: { bench: 'yes' } } },
  tier: { filter: ALL, change: { tier: 'fast' } },
  removal: { filter: ALL, remove: true },
};

/**
 * Bulk changes of 100,000 targets by the API and the worker, over HTTP. First dry runs, ten of each request; then one job that adds a tag to
 * all: events per second from its acceptance to its end, and the time until the history of the inventory and the relay are up to date. Each
 * target must have one more event, the tag in the list, and two versions. The ratio is the slowest dry run divided by one second.
 */
export async function run(context: BenchContext): Promise<BenchResult> {
  const targets = context.quick ? TARGETS_QUICK : TARGETS;
  const product = await context.startProduct({ apps: ['api', 'worker'], environment: profiling(context) });
  const { controlDatabaseUrl } = product.access;
  const control = new ControlDatabase({ url: controlDatabaseUrl, poolMax: 2 });
  const inventory = new Inventory(controlDatabaseUrl);
  try {
    const tagsOf = (at: number): Record<string, string> => ({ site: `s${String(at % SITES).padStart(3, '0')}` });
    await inventory.register(targets, 'standard', { tagsOf });
    const all = targets + (await startersOf(control));
    await followed(control);
    await control.execute('VACUUM ANALYZE target_list, event, target_version');
    context.printLine(`bulk: ${targets} targets are registered`);
    const dryRuns = await measureDryRuns(context, product);
    const job = await measureJob(context, product, control, all);
    const slowestMs = Math.max(...Object.values(dryRuns).map(({ maxMs }) => maxMs));
    const ratio = job.fault === undefined ? rounded(slowestMs / DRY_RUN_MS) : 0;
    return { name: 'bulk', ratio, min: ratio, max: ratio, pairs: [], targets: all, dryRuns, ...job };
  } finally {
    await inventory.close();
    await control.close();
  }
}

/** Targets that the product itself has registered at its start. */
async function startersOf(control: ControlDatabase): Promise<number> {
  const [row] = await control.query<{ count: number }>(
    `SELECT count(*) AS count FROM target_list WHERE NOT tags ? 'site'`,
  );
  return row.count;
}

async function measureDryRuns(
  { printLine }: BenchContext,
  product: BenchProduct,
): Promise<Record<string, { count: number; medianMs: number; maxMs: number }>> {
  const measured: Record<string, { count: number; medianMs: number; maxMs: number }> = {};
  for (const [name, request] of Object.entries(REQUESTS)) {
    const timesMs: number[] = [];
    let count = 0;
    for (let at = 0; at < DRY_RUNS; at++) {
      const startedMs = performance.now();
      ({ count } = await product.callApi<BulkPreview>('POST', METHOD, { ...request, dryRun: true }));
      timesMs.push(performance.now() - startedMs);
    }
    timesMs.sort((a, b) => a - b);
    const [medianMs, maxMs] = [rounded(timesMs[DRY_RUNS >> 1]), rounded(timesMs[DRY_RUNS - 1])];
    measured[name] = { count, medianMs, maxMs };
    printLine(`bulk: dry run, ${name}: ${count} targets, median ${medianMs} ms, slowest ${maxMs} ms`);
  }
  return measured;
}

async function measureJob(context: BenchContext, product: BenchProduct, control: ControlDatabase, all: number) {
  const cpu = context.cpu.startMeasuring();
  const startedMs = performance.now();
  const accepted = await product.callApi<BulkJobDetail>('POST', METHOD, { ...REQUESTS['tag'], expectedCount: all });
  const acceptedS = secondsSince(startedMs);
  const place = `bulk-jobs/${accepted.id}`;
  let job = accepted;
  while (job.state === 'queued' || job.state === 'running') {
    await pause(LOOK_MS);
    job = await product.callApi<BulkJobDetail>('GET', place);
  }
  const jobS = secondsSince(startedMs);
  const followedS = await followed(control);
  const cpuSeconds = cpu();
  const figures = { acceptedS, jobS, eventsPerS: Math.round(job.changed / jobS), followedS };
  context.printLine(
    `bulk: tag of ${job.changed} targets: accepted after ${acceptedS} s, ended after ${jobS} s, ${figures.eventsPerS} events/s; history ` +
      `and relay up to date ${followedS} s later`,
  );
  const fault = await faultOf(control, all, job);
  if (fault !== undefined) context.printLine(`bulk: FAULT: ${fault}`);
  return { ...figures, cpuSeconds, ...(fault !== undefined && { fault }) };
}

/** Waits until history and relay have all events of targets. Returns the seconds that it took. */
async function followed(control: ControlDatabase): Promise<number> {
  const startedMs = performance.now();
  const [{ last }] = await control.query<{ last: number }>(
    `SELECT coalesce(max(position), 0) AS last FROM event WHERE split_part(stream, '-', 1) = $1`,
    [TARGET_VERSIONS.category],
  );
  for (;;) {
    const [projected, [relayed]] = await Promise.all([
      projectedPosition(control, TARGET_VERSIONS.name),
      control.query<{ position: number }>("SELECT position FROM relay_cursor WHERE name = 'kafka'"),
    ]);
    if (projected >= last && relayed.position >= last) return secondsSince(startedMs);
    if (performance.now() - startedMs > FOLLOWED_WITHIN_MS) throw new Error('History or relay did not follow in time.');
    await pause(LOOK_MS);
  }
}

/** Returns what is wrong after the job: every target has one more event, the tag, and two versions. */
async function faultOf(control: ControlDatabase, all: number, job: BulkJobDetail): Promise<string | undefined> {
  const [found] = await control.query<Record<'events' | 'listed' | 'versions' | 'current', number>>(
    `SELECT (SELECT count(DISTINCT stream) FROM event WHERE type = 'TargetChanged' AND metadata->>'causationId' = $1) AS events,
       (SELECT count(*) FROM target_list WHERE tags->>'bench' = 'yes' AND version = 2) AS listed,
       (SELECT count(*) FROM target_version) AS versions,
       (SELECT count(*) FROM target_version WHERE upper_inf(valid) AND tags->>'bench' = 'yes') AS current`,
    [job.id],
  );
  const expected = { events: all, listed: all, versions: 2 * all, current: all };
  if (job.state === 'completed' && JSON.stringify(found) === JSON.stringify(expected)) return undefined;
  return `the job is ${job.state}; found ${JSON.stringify(found)}, expected ${JSON.stringify(expected)}`;
}
