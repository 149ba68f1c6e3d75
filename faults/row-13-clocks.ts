import { eventually } from '@icmp-mon/platform/testing';
import { Findings, type FaultContext, type Verdict } from './fault-row';
import { underLoad } from './installation';
import type { NumberedAgent } from './numbered-agent';

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

/** An agent's clock three days ahead, two hours behind, and jumping, with results flowing. */
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
      await numbered.resume();
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

async function someUploads(numbered: NumberedAgent, count: number): Promise<void> {
  const from = numbered.uploads;
  const patience = { withinMs: 120_000 };
  await eventually(() => {
    if (numbered.uploads < from + count) throw new Error(`${numbered.uploads - from} of ${count} uploads were taken`);
  }, patience);
}
