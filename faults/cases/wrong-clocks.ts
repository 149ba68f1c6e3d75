import { eventually } from '@icmp-mon/platform/testing';
import { type RunningProduct, whileAway } from '@icmp-mon/e2e/testing';
import { Findings, type FaultContext, type Verdict } from '../fault';
import { underLoad } from '../under-load';
import type { NumberedAgent } from '../numbered-agent';

const HOUR_MS = 3_600_000;
/** Offsets to which the agent's clock is set, one after another. */
const SKEWS_MS = {
  short: [72 * HOUR_MS, 0],
  full: [72 * HOUR_MS, -2 * HOUR_MS, 0, 30_000, -30_000, 500, -500, 72 * HOUR_MS, -2 * HOUR_MS, 0],
};
/** Uploads until the gateway has recognised a step, which takes three. */
const UPLOADS_UNTIL_KNOWN = { short: 4, full: 30 };
/** Tolerance for the time of a sample once the gateway has estimated the clock. */
const PLACED_WITHIN_MS = 3_000;

const DAY_S = 86_400;
/** Limit for the takeover of shards whose leases end two hours late, as written by a database whose clock was ahead: seconds, not hours. */
const TAKEN_WITHIN_S = 60;

/** An agent's clock three days ahead, two hours behind, and jumping; a new installation with a lower boot; leases from the future. */
export async function run(context: FaultContext): Promise<Verdict> {
  const findings = new Findings(context.printLine);
  const skews = context.short ? SKEWS_MS.short : SKEWS_MS.full;
  const uploads = context.short ? UPLOADS_UNTIL_KNOWN.short : UPLOADS_UNTIL_KNOWN.full;
  await underLoad(
    context,
    findings,
    async ({ product, numbered }) => {
      const from = numbered.next;
      const startedMs = Date.now();
      const wrong: [from: number, to: number][] = [];
      for (const skewMs of skews) {
        numbered.clockAheadMs = skewMs;
        const jumped = numbered.next;
        await someUploads(numbered, uploads);
        // The estimate follows a step after some requests; earlier results are placed by the old estimate.
        wrong.push([jumped, numbered.next]);
        await someUploads(numbered, uploads / 2);
        context.printLine(`the clock is ${skewMs / 1_000} s ahead`);
      }
      await numbered.pauseMeasuring();
      await bootFromTheFuture(numbered, uploads);
      numbered.resumeMeasuring();
      await leasesFromTheFuture(findings, product);
      const rows = await product.queryTelemetry<{ number: number; at_ms: number; negative: boolean }>(
        `SELECT rtt_us::float8 AS number, (extract(epoch FROM at) * 1000)::float8 AS at_ms, rtt_us < 0 AS negative
         FROM probe_result WHERE agent_id = $1 AND rtt_us >= $2`,
        [numbered.agentId, from],
      );
      const settled = rows.filter(({ number }) => !wrong.some(([low, high]) => number >= low && number < high));
      const misplaced = settled.filter(
        ({ at_ms }) => at_ms < startedMs - PLACED_WITHIN_MS || at_ms > Date.now() + PLACED_WITHIN_MS,
      );
      findings.must('negative round trips', rows.filter(({ negative }) => negative).length, 0);
      findings.must(
        'results in the future',
        rows.filter(({ at_ms }) => at_ms > Date.now() + PLACED_WITHIN_MS).length,
        0,
      );
      findings.recordCount('results after the clock was estimated', settled.length);
      findings.must('of these at a wrong time', misplaced.length, 0);
    },
    { local: false },
  );
  return findings;
}

/** Simulates an agent that enrolled with a clock 20 days ahead, and was recreated with an empty folder and the right clock: all results count. */
async function bootFromTheFuture(numbered: NumberedAgent, uploads: number): Promise<void> {
  const nowS = Math.floor(Date.now() / 1_000);
  for (const boot of [nowS + 20 * DAY_S, nowS]) {
    numbered.restartAgent();
    numbered.boot = boot;
    numbered.resumeMeasuring();
    await someUploads(numbered, uploads);
    await numbered.pauseMeasuring();
  }
}

/** Kills the projector and moves the ends of its leases two hours into the future: the next one must still take the shards over. */
async function leasesFromTheFuture(findings: Findings, product: RunningProduct): Promise<void> {
  let startedMs = 0;
  await whileAway(product, 'projector', async () => {
    await product.queryTelemetry(`UPDATE shard SET expires_at = expires_at + interval '2 hours'`);
    startedMs = performance.now();
  });
  await eventually(
    async () => {
      const [row] = await product.queryTelemetry<{ waiting: number }>(
        `SELECT count(*)::integer AS waiting FROM shard
         WHERE holder IS NULL OR expires_at NOT BETWEEN now() AND now() + interval '10 seconds'`,
      );
      if (row?.waiting !== 0) throw new Error(`${row?.waiting} shards have no owner`);
    },
    { withinMs: 120_000 },
  );
  findings.atMost(
    'seconds until shards with leases in the future were taken over',
    (performance.now() - startedMs) / 1_000,
    TAKEN_WITHIN_S,
  );
}

async function someUploads(numbered: NumberedAgent, count: number): Promise<void> {
  const from = numbered.uploads;
  const patience = { withinMs: 120_000 };
  await eventually(() => {
    if (numbered.uploads < from + count)
      throw new Error(`${numbered.uploads - from} of ${count} uploads were accepted`);
  }, patience);
}
