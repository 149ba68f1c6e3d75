import { countFalseAlarms, type FalseAlarms } from '@icmp-mon/shard/simulator';
import type { BenchContext, BenchResult } from './bench';
import { rounded } from './pairs';

const TARGETS = 1_000;
const ROUNDS = 1_000;
const ROUNDS_QUICK = 50;
const RUN_OF_LOSSES = 3;
/** Calls that are accepted in 1,000,000 target-rounds with losses in runs. */
const ACCEPTED = 10;

/**
 * Counts the targets that are called down or degraded in 1,000,000 target-rounds although they only lose 1 % of their packets, by the real fold
 * and status participant: 3 agents, quorum 2, a first miss confirmed by three probes. With independent losses and with losses in runs of
 * three; also by one agent alone. The ratio is the calls with runs by three agents / 10.
 */
export async function run(context: BenchContext): Promise<BenchResult> {
  const found: Record<string, FalseAlarms> = {};
  for (const [losses, meanRun] of [
    ['independent', 0],
    ['runs', RUN_OF_LOSSES],
  ] as const) {
    for (const agents of [3, 1]) {
      const rounds = context.quick ? ROUNDS_QUICK : ROUNDS;
      const alarms = await countFalseAlarms({ seed: 1, targets: TARGETS, rounds, agents, meanRun });
      found[`${losses}${agents}`] = alarms;
      const what = `${TARGETS * rounds} target-rounds, ${agents} agents, losses ${losses}`;
      context.printLine(`false-alarms: ${what}: called down ${alarms.down}, degraded ${alarms.degraded}`);
    }
  }
  const { down, degraded } = found['runs3'];
  const ratio = rounded(Math.max(down, degraded) / ACCEPTED);
  return { name: 'false-alarms', ratio, min: ratio, max: ratio, pairs: [], cpuSeconds: {}, ...found };
}
