import type { BenchContext } from './bench';
import type { Tally } from './fleet/tally';
import type { FoldWatch } from './folded';
import type { Round } from './pairs';
import type { BenchProduct } from './product';
import { WINDOW_MS } from './shard-log';
import { storedTally } from './stored-tally';

const FOLD_WITHIN_MS = 300_000;

export interface WindowRound {
  /** Name of the bench, for its output. */
  name: string;
  product: BenchProduct;
  watch: FoldWatch;
  /** Start of the window, ms since 1970. */
  fromMs: number;
  /** All results of the window. */
  expected: Tally;
  /** Sends the results, and the ticks that end their window. The clock starts with this call. */
  send(): Promise<void>;
}

/**
 * Measures results per second from `send` until another connection can SELECT the window's results, drained and folded in all shards.
 * Reports a fault unless the stored results equal the generated ones, each exactly once. @throws Error when the window is not folded
 * within 5 min
 */
export async function judgedRound(
  context: BenchContext,
  { name, product, watch, fromMs, expected, send }: WindowRound,
): Promise<Round> {
  const toMs = fromMs + WINDOW_MS;
  await watch.runSql('CHECKPOINT');
  const cpu = context.cpu.startMeasuring();
  const clockMs = Date.now();
  const startedMs = performance.now();
  await send();
  await watch.waitUntilFolded(toMs, product.shardCount, FOLD_WITHIN_MS);
  const visible = await watch.visible(fromMs, toMs);
  const tookS = (performance.now() - startedMs) / 1_000;
  await watch.waitUntilStored(clockMs, product.shardCount);
  const cpuSeconds = cpu();
  const stored = await storedTally(product.access.telemetryDatabaseUrl, { fromMs, toMs });
  const changes = await watch.number('SELECT count(*) AS value FROM status_change');
  context.printLine(
    `${name}: ${expected.count} results folded after ${tookS.toFixed(2)} s, ${changes} status changes so far, ` +
      `CPU ${JSON.stringify(cpuSeconds)}, memory ${JSON.stringify(context.cpu.memoryMiB())} MiB`,
  );
  const sound = stored.equals(expected) && visible === expected.count;
  return {
    value: expected.count / tookS,
    cpuSeconds,
    ...(!sound && { fault: `generated ${expected}, visible ${visible}, stored ${stored}` }),
  };
}
