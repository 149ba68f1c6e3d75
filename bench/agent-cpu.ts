import type { BenchContext, BenchResult } from './bench';
import { runAgent } from './agent-run';
import { runFping } from './fping-reference';
import { rounded, type Round, runPairs } from './pairs';

const INTERVAL_MS = 15_000;
/** Number of targets. A fleet of 100,000 targets with three agents per target has 3,000 targets per agent with a hundred agents, and 100,000 with three. */
const TARGETS = 20_000;
const OTHER_SIZES = [1_000, 10_000];

interface Cost {
  agentUs: number;
  /** CPU of the agent's fpings; it starts new ones for each slice. */
  agentsFpingUs: number;
}

/**
 * CPU microseconds per result of the agent's own process, without its fpings, against those per ping of bare fping, with the same targets
 * at 15 s. The ratio is for 20,000 targets; smaller sizes, where the cost per second has more weight, are measured once.
 */
export async function run(context: BenchContext): Promise<BenchResult> {
  const fpingUs = async (targets: number): Promise<number> => {
    const { cpuS, pings } = await runFping(context.dir, targets, INTERVAL_MS, 1);
    return (cpuS / pings) * 1e6;
  };
  const product = async (): Promise<Round> => {
    const { agentUs, agentsFpingUs, agentS, fpingS } = await costOf(TARGETS, context.profile);
    context.printLine(`agent-cpu: its fpings cost ${agentsFpingUs.toFixed(1)} us per ping`);
    return { value: agentUs, cpuSeconds: { agent: agentS, fping: fpingS } };
  };
  const reference = async (): Promise<Round> => ({ value: await fpingUs(TARGETS) });
  const result = await runPairs(context, { name: 'agent-cpu', unit: 'us of CPU per ping', product, reference });
  const sizes: Record<string, object> = {};
  for (const targets of context.quick ? [] : OTHER_SIZES) {
    const { agentUs, agentsFpingUs } = await costOf(targets, context.profile);
    const bareUs = await fpingUs(targets);
    const figures = { agentUs, agentsFpingUs, bareFpingUs: bareUs, ratio: agentUs / bareUs };
    sizes[targets] = Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, rounded(value)]));
    context.printLine(`agent-cpu: ${targets} targets: ${JSON.stringify(sizes[targets])}`);
  }
  return { ...result, targets: TARGETS, intervalMs: INTERVAL_MS, sizes };
}

async function costOf(targets: number, profile: boolean): Promise<Cost & { agentS: number; fpingS: number }> {
  const load = { targets, intervalMs: INTERVAL_MS, spanMs: INTERVAL_MS, profile };
  const { results, agentCpuS, fpingCpuS } = await runAgent(load);
  return {
    agentUs: (agentCpuS / results) * 1e6,
    agentsFpingUs: (fpingCpuS / results) * 1e6,
    agentS: agentCpuS,
    fpingS: fpingCpuS,
  };
}
