import { eventually } from '@icmp-mon/platform/testing';
import { type RunningProduct, whileAway } from '@icmp-mon/e2e/testing';
import { Findings, type FaultContext, type Verdict } from '../fault';
import { underLoad } from '../installation';
import type { NumberedAgent } from '../numbered-agent';

const HOUR_MS = 3_600_000;
/** What the agent's clock is set to, one after the other, against the true time. */
const SKEWS_MS = {
  short: [72 * HOUR_MS, 0],
  full: [72 * HOUR_MS, -2 * HOUR_MS, 0, 30_000, -30_000, 500, -500, 72 * HOUR_MS, -2 * HOUR_MS, 0],
};
/** A step is known after three. */
const UPLOADS_UNTIL_KNOWN = { short: 4, full: 30 };
/** How far a sample may be placed beside the truth once the gateway knows the clock. */
const PLACED_WITHIN_MS = 3_000;

const DAY_S = 86_400;
/** Leases that end two hours late, as written by a database whose clock was ahead: seconds, not hours. */
const TAKEN_WITHIN_S = 60;

/** An agent's clock three days ahead, two hours behind, and jumping; made again with a lower boot; leases from the future. */
export async function run(context: FaultContext): Promise<Verdict> {
  const findings = new Findings(context.say);
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
        // The estimate follows a step after some requests; what was measured before that is placed by the old one.
        wrong.push([jumped, numbered.next]);
        await someUploads(numbered, uploads / 2);
        context.say(`the clock is ${skewMs / 1_000} s ahead`);
      }
      await numbered.pause();
      await bootFromTheFuture(numbered, uploads);
      numbered.resume();
      await leasesFromTheFuture(findings, product);
      const rows = await product.telemetry<{ number: number; at_ms: number; negative: boolean }>(
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
      findings.count('results after the clock was known', settled.length);
      findings.must('of these beside their time', misplaced.length, 0);
    },
    { local: false },
  );
  return findings;
}

/** As an agent that was enrolled 20 days ahead, and made again with an empty folder once its clock was right: all of it counts. */
async function bootFromTheFuture(numbered: NumberedAgent, uploads: number): Promise<void> {
  const nowS = Math.floor(Date.now() / 1_000);
  for (const boot of [nowS + 20 * DAY_S, nowS]) {
    numbered.restart();
    numbered.boot = boot;
    numbered.resume();
    await someUploads(numbered, uploads);
    await numbered.pause();
  }
}

/** The projector is killed, and the leases that it leaves end in two hours: the next one takes the shards all the same. */
async function leasesFromTheFuture(findings: Findings, product: RunningProduct): Promise<void> {
  let startedMs = 0;
  await whileAway(product, 'projector', async () => {
    await product.telemetry(`UPDATE shard SET expires_at = expires_at + interval '2 hours'`);
    startedMs = performance.now();
  });
  await eventually(
    async () => {
      const [row] = await product.telemetry<{ waiting: number }>(
        `SELECT count(*)::integer AS waiting FROM shard
         WHERE holder IS NULL OR expires_at NOT BETWEEN now() AND now() + interval '10 seconds'`,
      );
      if (row?.waiting !== 0) throw new Error(`${row?.waiting} shards wait for a projector`);
    },
    { withinMs: 120_000 },
  );
  findings.atMost(
    'seconds until shards with leases in the future were taken',
    (performance.now() - startedMs) / 1_000,
    TAKEN_WITHIN_S,
  );
}

async function someUploads(numbered: NumberedAgent, count: number): Promise<void> {
  const from = numbered.uploads;
  const patience = { withinMs: 120_000 };
  await eventually(() => {
    if (numbered.uploads < from + count) throw new Error(`${numbered.uploads - from} of ${count} uploads were taken`);
  }, patience);
}
