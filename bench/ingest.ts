import type { BenchContext, BenchResult } from './bench';
import { Tally } from './fleet/tally';
import { judgedRound } from './judged-round';
import { runPairs, type Round } from './pairs';
import { BenchPipeline } from './pipeline';
import { RowCopy } from './row-copy';
import { WINDOW_MS } from './shard-log';

const AGENTS = 3;
const PROBED_EVERY_MS = 15_000;
const TARGETS = 50_000;
const TARGETS_QUICK = 10_000;
const ROUND_MS = 2 * WINDOW_MS;
const SECONDS = WINDOW_MS / 1_000;

/**
 * Results per second from agents' requests (TLS, certificates) through gateway, Kafka and projector, with verdicts and status, until a second
 * connection can SELECT all of them, drained and folded; against one bare COPY of the same results, one row per result, into an indexed hypertable.
 *
 * Each round is one window of five minutes in the past, which the agents send as backlog: uploads of at most 1 MiB, one in flight.
 * `BenchPipeline` explains how the window is folded immediately and its results are still judged.
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
  const { telemetryDatabaseUrl } = product.access;
  const baseMs = Math.floor(Date.now() / WINDOW_MS) * WINDOW_MS - (context.pairs + 2) * ROUND_MS;
  const startOf = (round: number): number => baseMs + (round + 1) * ROUND_MS;
  await pipeline.leapTo(baseMs);
  let rows: { round: number; copy: RowCopy; expected: Tally } | null = null;

  /** Lets the fleet generate its blocks, and encodes the same results as rows. */
  const prepare = async (round: number): Promise<{ copy: RowCopy; expected: Tally }> => {
    if (rows?.round === round) return rows;
    const fromMs = startOf(round);
    const prepared = fleet.callFleet('prepare', { startMs: fromMs, seconds: SECONDS });
    rows = { round, copy: new RowCopy(), expected: new Tally() };
    const { copy, expected } = rows;
    for (let second = 0; second < SECONDS; second++) {
      for (const [at, agent] of pipeline.agents.entries()) {
        agent.resultsOfSecond(fromMs + second * 1_000, expected, (key, sampleMs, outcome, rttUs) =>
          copy.add(key, at + 1, sampleMs, outcome, rttUs),
        );
      }
    }
    const made = Tally.from(await prepared);
    if (!made.equals(expected)) throw new Error(`The fleet generated ${made}, but the rows are ${expected}.`);
    globalThis.gc?.();
    return rows;
  };

  const result = await runPairs(context, {
    name: 'ingest',
    unit: 'results/s',
    async product(round): Promise<Round> {
      const { expected } = await prepare(round);
      const fromMs = startOf(round);
      await pipeline.leapTo(fromMs);
      // No ticks during the shipment: two regular ticks would make the shards cap receipt times, which are ahead of the bench's ticks.
      const send = async (): Promise<void> => {
        const { tookMs } = await fleet.callFleet('ship', {});
        context.printLine(`ingest: all accepted after ${(tookMs / 1_000).toFixed(2)} s`);
        await pipeline.endWindow(fromMs);
      };
      return judgedRound(context, { name: 'ingest', product, watch, fromMs, expected, send });
    },
    async reference(round): Promise<Round> {
      const { copy } = await prepare(round);
      return { value: copy.rows / (await copy.copyInto(telemetryDatabaseUrl)) };
    },
  });
  const counts = await fleet.callFleet('counts', {});
  await pipeline.close();
  return { ...result, targets, agents: AGENTS, requests: counts.requests, retries: counts.retries };
}
