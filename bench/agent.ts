import type { BenchContext, BenchResult } from './bench';
import { runAgent } from './agent-run';
import { runFping } from './fping-reference';
import { type Round, runPairs } from './pairs';

const TARGETS = 20_000;
const INTERVAL_MS = 4_000;
const ROUNDS = 3;
const ROUNDS_QUICK = 1;

/**
 * Results per second that the agent delivers, against replies per second of bare fping with the same targets and pacing: 5,000 pings per
 * second, half of the agent's default limit. A result is delivered when a gateway has accepted it (real TLS, each block decoded, repeats
 * dropped) and its probe was sent within the span. The gateway has no Kafka, so that only the agent is measured. Lost results and late
 * probes lower the rate.
 */
export async function run(context: BenchContext): Promise<BenchResult> {
  const rounds = context.quick ? ROUNDS_QUICK : ROUNDS;
  const spanMs = rounds * INTERVAL_MS;
  const ages: { ageMsP50: number; ageMsP99: number }[] = [];
  const product = async (): Promise<Round> => {
    const { results, replies, duplicates, agentCpuS, fpingCpuS, ...ran } = await runAgent({
      targets: TARGETS,
      intervalMs: INTERVAL_MS,
      spanMs,
      profile: context.profile,
    });
    ages.push({ ageMsP50: ran.ageMsP50, ageMsP99: ran.ageMsP99 });
    const lost = results - replies;
    if (lost > 0) context.printLine(`agent: ${lost} of ${results} results are not replies`);
    return {
      value: (replies * 1_000) / ran.spanMs,
      cpuSeconds: { agent: agentCpuS, fping: fpingCpuS },
      ...(duplicates > 0 && { fault: `${duplicates} duplicate results` }),
    };
  };
  const reference = async (): Promise<Round> => {
    const { replies, elapsedS, cpuS } = await runFping(context.dir, TARGETS, INTERVAL_MS, rounds);
    // fping never catches up after a delay: on a busy machine it falls behind its own pace, and that is the reference.
    if (elapsedS > spanMs / 900)
      context.printLine(`agent: bare fping took ${elapsedS.toFixed(1)} s instead of ${spanMs / 1_000} s`);
    return { value: (replies * 1_000) / spanMs, cpuSeconds: { fping: cpuS } };
  };
  const result = await runPairs(context, { name: 'agent', unit: 'results/s', product, reference });
  // Age: from sending a probe to the arrival of its result at the gateway.
  const worst = (of: 'ageMsP50' | 'ageMsP99'): number => Math.max(...ages.map((each) => each[of]));
  return { ...result, targets: TARGETS, ageMsP50: worst('ageMsP50'), ageMsP99: worst('ageMsP99') };
}
