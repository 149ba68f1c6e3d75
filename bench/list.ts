import type { ControlDatabase } from '@icmp-mon/platform/database';
import type { TargetPage, TargetView } from '@icmp-mon/targets/contract';
import { TargetListProjection } from '@icmp-mon/targets/server';
import type { BenchContext, BenchResult } from './bench';
import { HalfLoad } from './half-load';
import { keysOf, type Page, walk } from './list-pages';
import { statusMessage } from './live/status-message';
import { p99, type PageReaders, readAll, READERS, withPageReaders } from './page-readers';
import { type Round, runPairs } from './pairs';
import { plausibleTargets, Registration } from './registration';

const TARGETS = 100_000;
const TARGETS_QUICK = 20_000;
const PAGES = 1_000;
const PAGES_QUICK = 200;
const STATUSES_PER_BATCH = 1_000;
const SLOWEST_SHOWN = 12;
type Slowest = Record<'product' | 'reference', string[]>;

/**
 * Time to the last byte, 99th percentile, of a page of 100 of the list of 100,000 targets over HTTP, with API key and JSON, at any filter,
 * sort order and depth. The reference is hand-written keyset SQL for the same rows, prepared, through pg. Both sides have two readers in
 * this process. Pages must contain the same targets. The full version runs under half load.
 */
export function run(context: BenchContext): Promise<BenchResult> {
  return withPageReaders(context, (readers) => measure(context, readers));
}

async function measure(context: BenchContext, { control, pool, get }: PageReaders): Promise<BenchResult> {
  const count = context.quick ? TARGETS_QUICK : TARGETS;
  const startedMs = performance.now();
  const targets = await (await Registration.on(control)).register(plausibleTargets(count, 0));
  context.printLine(`list: ${count} targets registered in ${((performance.now() - startedMs) / 1_000).toFixed(1)} s`);
  await judge(control, targets);
  await control.execute('VACUUM ANALYZE target_list');
  const pages = await walk(get, context.quick ? PAGES_QUICK : PAGES);
  context.printLine(`list: ${pages.length} pages to read, by ${READERS} readers`);
  const load = context.quick ? null : await HalfLoad.start(context);
  const slowest: Slowest = { product: [], reference: [] };
  const result = await runPairs(context, {
    name: 'list',
    unit: 'ms, p99',
    async product(): Promise<Round> {
      const cpu = context.cpu.startMeasuring();
      const bodies: string[] = [];
      const timesMs = await readAll(pages, async ({ path }, at) => void (bodies[at] = await get(path)));
      const cpuSeconds = cpu();
      const wrong = pages.filter(
        ({ expected }, at) => expected !== keysOf((JSON.parse(bodies[at]) as TargetPage).items),
      );
      slowest.product = slowestOf(pages, timesMs);
      return {
        value: p99(timesMs),
        cpuSeconds,
        ...(wrong.length > 0 && {
          fault: `${wrong.length} pages contain other targets, the first: ${wrong[0].path}`,
        }),
      };
    },
    async reference(): Promise<Round> {
      const timesMs = await readAll(pages, async ({ sql }) => void (await pool.query(sql)));
      slowest.reference = slowestOf(pages, timesMs);
      return { value: p99(timesMs) };
    },
  });
  for (const [side, found] of Object.entries(slowest))
    context.printLine(`list: slowest of the ${side}: ${found.join(', ')}`);
  await load?.stop();
  return { ...result, targets: count, pages: pages.length, halfLoad: load !== null, slowest };
}

/** Sets statuses: 2 % down, 1 % degraded, 5 % never judged, the others up, each since some time in the last month. */
async function judge(control: ControlDatabase, targets: readonly TargetView[]): Promise<void> {
  const projection = new TargetListProjection();
  const messages = targets.flatMap((target, at) => {
    const place = (at * 7_919) % 100;
    if (place >= 95) return [];
    const to = place < 2 ? 'down' : place < 3 ? 'degraded' : 'up';
    const since = new Date(Date.now() - ((at * 104_729) % 2_592_000) * 1_000);
    return [statusMessage(target, { to, changeSeq: at + 1, at: since.toISOString() })];
  });
  for (let at = 0; at < messages.length; at += STATUSES_PER_BATCH) {
    await control.transaction((sql) => projection.handle(sql, messages.slice(at, at + STATUSES_PER_BATCH)));
  }
}

/** Returns the slowest pages, which determine the percentile, with their times in ms. */
function slowestOf(pages: readonly Page[], timesMs: readonly number[]): string[] {
  const order = timesMs.map((_, at) => at).sort((a, b) => timesMs[b] - timesMs[a]);
  const named = ({ path }: Page): string => path.replace(/^[^?]*\?/, '').replace(/cursor=.*/, 'further');
  return order.slice(0, SLOWEST_SHOWN).map((at) => `${named(pages[at])} ${timesMs[at].toFixed(1)}`);
}
