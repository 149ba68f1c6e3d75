import type { BenchContext } from './bench';
import type { Tally } from './fleet/tally';
import type { FoldWatch } from './folded';
import type { Round } from './pairs';
import type { BenchProduct } from './product';
import { WINDOW_MS } from './shard-log';
import { storedTally } from './stored-tally';

const FOLD_WITHIN_MS = 300_000;

export interface WindowRound {
  /** Of the bench, for the lines printed. */
  name: string;
  product: BenchProduct;
  watch: FoldWatch;
  /** Beginning of the window, ms since 1970. */
  fromMs: number;
  /** All results of the window. */
  expected: Tally;
  /** Brings them on their way, and whatever ends their window. The clock starts with it. */
  send(): Promise<void>;
}

/**
 * Results/s from `send` until another connection can SELECT a window's results, drained and folded in all shards. A fault
 * unless what is stored is what was generated, each result once. @throws Error when the window is not folded in 5 min
 */
export async function judgedRound(
  context: BenchContext,
  { name, product, watch, fromMs, expected, send }: WindowRound,
): Promise<Round> {
  const toMs = fromMs + WINDOW_MS;
  await watch.run('CHECKPOINT');
  const cpu = context.cpu.measure();
  const clockMs = Date.now();
  const startedMs = performance.now();
  await send();
  await watch.until(toMs, product.shardCount, FOLD_WITHIN_MS);
  const visible = await watch.visible(fromMs, toMs);
  const tookS = (performance.now() - startedMs) / 1_000;
  await watch.settled(clockMs, product.shardCount);
  const cpuSeconds = cpu();
  const stored = await storedTally(product.access.telemetryDatabaseUrl, { fromMs, toMs });
  const changes = await watch.number('SELECT count(*) AS value FROM status_change');
  context.say(
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
