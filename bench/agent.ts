import type { BenchContext, BenchResult } from './bench';
import { runAgent } from './agent-run';
import { runFping } from './fping-reference';
import { type Round, runPairs } from './pairs';

const TARGETS = 20_000;
const INTERVAL_MS = 4_000;
const ROUNDS = 3;
const ROUNDS_QUICK = 1;

/**
 * Results a second that the agent delivers, against replies a second of bare fping with the same targets and pacing:
 * 5,000 pings a second, half of what the agent's policy allows unless told otherwise. Delivered is what a gateway has
 * accepted (real TLS, each block decoded, repeats dropped) of the probes that were sent within the span; the gateway here
 * has no Kafka behind it, so that the agent alone is measured. What is lost on the way, or not probed in time, lowers the rate.
 */
export async function run(context: BenchContext): Promise<BenchResult> {
  const rounds = context.quick ? ROUNDS_QUICK : ROUNDS;
  const spanMs = rounds * INTERVAL_MS;
  const ages: { ageMsP50: number; ageMsP99: number }[] = [];
  const product = async (): Promise<Round> => {
    const { results, replies, doubled, agentCpuS, fpingCpuS, ...ran } = await runAgent({
      targets: TARGETS,
      intervalMs: INTERVAL_MS,
      spanMs,
    });
    ages.push({ ageMsP50: ran.ageMsP50, ageMsP99: ran.ageMsP99 });
    const lost = results - replies;
    if (lost > 0) context.say(`agent: ${lost} of ${results} results are no replies`);
    return {
      value: (replies * 1_000) / ran.spanMs,
      cpuSeconds: { agent: agentCpuS, fping: fpingCpuS },
      ...(doubled > 0 && { fault: `${doubled} results are there twice` }),
    };
  };
  const reference = async (): Promise<Round> => {
    const { replies, elapsedS, cpuS } = await runFping(context.dir, TARGETS, INTERVAL_MS, rounds);
    // One fping never makes up for a delay: on a busy machine it falls behind its own pace, which then is the reference.
    if (elapsedS > spanMs / 900) context.say(`agent: bare fping took ${elapsedS.toFixed(1)} s for ${spanMs / 1_000}`);
    return { value: (replies * 1_000) / spanMs, cpuSeconds: { fping: cpuS } };
  };
  const result = await runPairs(context, { name: 'agent', unit: 'results/s', product, reference });
  // From the sending of a probe to the gateway's having its result.
  const worst = (of: 'ageMsP50' | 'ageMsP99'): number => Math.max(...ages.map((each) => each[of]));
  return { ...result, targets: TARGETS, ageMsP50: worst('ageMsP50'), ageMsP99: worst('ageMsP99') };
}
