import { testServices } from '@icmp-mon/platform/testing';
import { SHARD_TOPIC, type OutgoingMessage } from '@icmp-mon/platform/messaging';
import { sendAtOnce } from '@icmp-mon/platform/messaging/testing';
import type { BenchContext, BenchResult } from './bench';
import { FoldWatch } from './folded';
import { SimulatedAgent } from './fleet/simulated-agent';
import { Tally } from './fleet/tally';
import { judgedRound } from './judged-round';
import { runPairs, type Round } from './pairs';
import { RowCopy } from './row-copy';
import { ShardLog, WINDOW_MS } from './shard-log';

const AGENTS = 3;
const INTERVAL_MS = 15_000;
const TARGETS = 50_000;
const TARGETS_QUICK = 10_000;
/** Distance of two rounds: their windows never touch, because the log's clock leaps between them. */
const ROUND_MS = 2 * WINDOW_MS;

/**
 * Results per second from a filled topic until a second connection can SELECT the results, drained and folded, with verdicts and status
 * changes; against one bare COPY of the same results, one row per result, into an indexed hypertable.
 *
 * Each round is one window of 5 minutes of all targets, written to the shards' log in one transaction: the projector, which runs all the
 * time, sees none of it until the clock starts with the commit. The log is as gateway and tick producer write it (one record per agent,
 * second and shard, one tick per second, 1 % of blocks twice, 0.5 % late); its times are the times of the results. The last ticks are past
 * the window's end, so that it is folded as soon as it is drained.
 */
export async function run(context: BenchContext): Promise<BenchResult> {
  const targets = context.quick ? TARGETS_QUICK : TARGETS;
  const product = await context.startProduct({ apps: ['projector'], environment: profiling(context) });
  const { telemetryDatabaseUrl } = product.access;
  const { shardCount } = product;
  const keys = Array.from({ length: targets }, (_, at) => at + 1);
  const simulated = keys.map((key) => ({ key, intervalMs: INTERVAL_MS, check: 1 }));
  const agents = Array.from(
    { length: AGENTS },
    (_, at) => new SimulatedAgent(`01900000-0000-7000-8000-00000000000${at + 1}`, simulated, shardCount, 1),
  );
  const log = new ShardLog({ shardCount, agents, tier: 'standard', intervalMs: INTERVAL_MS });
  const watch = await FoldWatch.open(telemetryDatabaseUrl);
  const baseMs = Math.floor(Date.now() / WINDOW_MS) * WINDOW_MS - (context.pairs + 2) * ROUND_MS;
  const fill = (batches: Iterable<OutgoingMessage[]>): ReturnType<typeof sendAtOnce> =>
    sendAtOnce(testServices().kafkaBrokers, `${product.topicPrefix}.${SHARD_TOPIC}`, batches);

  context.printLine(`projector: ${targets} targets × ${AGENTS} agents, a window of ${WINDOW_MS / 1_000} s per round`);
  const before = await fill([...log.facts(keys), log.ticks(baseMs), log.ticks(baseMs + 1_000)]);
  await before.commit();
  let copy: { round: number; rows: RowCopy; expected: Tally } | null = null;

  const startOf = (round: number): number => baseMs + (round + 1) * ROUND_MS;
  let filled: { round: number; commit(): Promise<void> } | null = null;
  /** Generates the rows and the blocks of a round in one pass. A second call for the same round has no effect. */
  const prepare = async (round: number): Promise<void> => {
    if (copy?.round === round) return;
    copy = { round, rows: new RowCopy(), expected: new Tally() };
    filled = { round, ...(await fill(log.windowMessages(startOf(round), copy.expected, copy.rows))) };
    globalThis.gc?.();
  };

  const result = await runPairs(context, {
    name: 'projector',
    unit: 'results/s',
    async product(round): Promise<Round> {
      await prepare(round);
      const { expected } = copy!;
      const send = (): Promise<void> => filled!.commit();
      return judgedRound(context, { name: 'projector', product, watch, fromMs: startOf(round), expected, send });
    },
    async reference(round): Promise<Round> {
      await prepare(round);
      const { rows } = copy!;
      return { value: rows.rows / (await rows.copyInto(telemetryDatabaseUrl)) };
    },
  });
  await watch.close();
  return { ...result, targets, agents: AGENTS, resultsPerRound: (targets * AGENTS * WINDOW_MS) / INTERVAL_MS };
}

/** Returns the environment with which, under --profile, every process of the product writes a CPU profile when it exits. */
export function profiling({ profile }: BenchContext): Record<string, string> {
  return profile ? { NODE_OPTIONS: '--cpu-prof --cpu-prof-dir=artefacts/profiles' } : {};
}
