import type { BenchContext, BenchResult } from './bench';
import { BenchPipeline } from './pipeline';
import { WINDOW_MS } from './shard-log';
import { walBytes } from './wal-bytes';

const AGENTS = 3;
const PROBED_EVERY_MS = 15_000;
const TARGETS = 50_000;
const TARGETS_QUICK = 5_000;
const FOLD_WITHIN_MS = 300_000;
const ROUND_MS = 2 * WINDOW_MS;
/** Tables of statuses and of the state from which they follow. */
const STATUS_TABLES = /^(status_|target_status|target_verdict|target_list)/;

/**
 * WAL bytes to status tables while a window of results arrives, is judged and folded, and no status changes: 2 % of the targets are down and
 * stay down, the others always answer. The goal is zero; `ratio` is the bytes per sweep of 15 s.
 */
export async function run(context: BenchContext): Promise<BenchResult> {
  const targets = context.quick ? TARGETS_QUICK : TARGETS;
  const pipeline = await BenchPipeline.start(context, {
    targets,
    agents: AGENTS,
    apps: ['gateway', 'projector', 'worker'],
    probedEveryMs: PROBED_EVERY_MS,
  });
  const { product, watch, fleet } = pipeline;
  const baseMs = Math.floor(Date.now() / WINDOW_MS) * WINDOW_MS - 4 * ROUND_MS;
  await pipeline.leapTo(baseMs);
  const sweeps: number[] = [];
  let tables: Record<string, number> = {};
  for (const round of [0, 1, 2]) {
    const fromMs = baseMs + (round + 1) * ROUND_MS;
    await fleet.callFleet('prepare', { startMs: fromMs, seconds: WINDOW_MS / 1_000, quiet: true });
    await pipeline.leapTo(fromMs);
    const changesBefore = await watch.number('SELECT count(*) AS value FROM status_change');
    const [fromLsn] = await watch.queryRows<{ lsn: string }>('SELECT pg_current_wal_lsn()::text AS lsn');
    await fleet.callFleet('ship', {});
    await pipeline.endWindow(fromMs);
    await watch.waitUntilFolded(fromMs + WINDOW_MS, product.shardCount, FOLD_WITHIN_MS);
    await watch.waitUntilStored(Date.now() - 1_000, product.shardCount);
    const byTable = await walBytes(product.access, fromLsn.lsn);
    const changes = (await watch.number('SELECT count(*) AS value FROM status_change')) - changesBefore;
    const ofStatus = Object.entries(byTable).filter(([table]) => STATUS_TABLES.test(table));
    const bytes = ofStatus.reduce((sum, [, tableBytes]) => sum + tableBytes, 0);
    context.printLine(
      `quiet-sweep: ${round === 0 ? 'first window, every status is new' : `window ${round}`}: ${changes} status changes, ${bytes} WAL ` +
        `bytes to status tables ${JSON.stringify(Object.fromEntries(ofStatus))}`,
    );
    if (round === 0) {
      // The first read or vacuum of new rows marks them, which costs WAL; this belongs to the first window.
      await watch.runSql('VACUUM status_change, target_status, target_verdict, status_publication');
      continue;
    }
    if (changes !== 0) throw new Error(`${changes} statuses changed in a window without changes.`);
    sweeps.push((bytes * PROBED_EVERY_MS) / WINDOW_MS);
    tables = byTable;
  }
  await pipeline.close();
  return {
    name: 'quiet-sweep',
    ratio: Math.max(...sweeps),
    min: Math.min(...sweeps),
    max: Math.max(...sweeps),
    pairs: [],
    unit: 'WAL bytes to status tables per sweep',
    cpuSeconds: {},
    targets,
    agents: AGENTS,
    walBytesByTable: tables,
  };
}
