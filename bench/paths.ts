import {
  type AgentPath,
  findBreaks,
  lossOf,
  mergePaths,
  readTrace,
  type Trace,
  type TraceProbe,
} from '@icmp-mon/paths/contract';
import type { BenchContext, BenchResult } from './bench';
import { type Round, rounded, runPairs } from './pairs';

const AGENTS = 100;
const SITES = 20;
const ROUNDS = 10;
const HOPS = 30;
const TARGET = '198.51.100.9';
/** Every twentieth probe is lost. */
const LOST_EVERY = 20;
const MERGES = 50;
const MERGES_QUICK = 10;

/**
 * Merges the traces of 100 agents, of 10 rounds and 30 hops, into one graph: milliseconds of CPU. The first 8 hops are private to each
 * of 20 sites, the next 8 differ by provider and round (diamonds of two branches), the others are common; 5 % of the probes are lost.
 * Reference: counting the pairs of neighbours of the same probes in one map, without flows, gaps, scopes and columns. Then, of the same
 * traces, the milliseconds to validate them, to find the loss of each, and to find where they break.
 */
export async function run(context: BenchContext): Promise<BenchResult> {
  const paths = Array.from({ length: AGENTS }, (_, agent) => pathOf(agent));
  const times = context.quick ? MERGES_QUICK : MERGES;
  const result = await runPairs(context, {
    name: 'paths',
    unit: 'ms of CPU',
    product: () => Promise.resolve(timed(times, () => mergePaths(paths, TARGET).edges.length)),
    reference: () => Promise.resolve(timed(times, () => countPairs(paths))),
  });
  const ms = (work: () => number): number => rounded(timed(times, work).value);
  const readMs = ms(() => paths.filter(({ trace }) => typeof readTrace(trace) === 'object').length);
  const lossMs = ms(() => paths.filter(({ trace }) => lossOf(trace).flows.length > 0).length);
  const breaksMs = ms(() => findBreaks(paths).breaks.length + 1);
  const { nodes, edges } = mergePaths(paths, TARGET);
  context.printLine(
    `paths: ${nodes.length} nodes, ${edges.length} edges; ms of CPU: validation ${readMs}, loss ${lossMs}, where they break ${breaksMs}`,
  );
  return { ...result, nodes: nodes.length, edges: edges.length, readMs, lossMs, breaksMs };
}

/** Returns the path of an agent of this bench, which the bench of stored paths uses as well. */
export function pathOf(agent: number): AgentPath {
  const site = agent % SITES;
  const indexes = new Map<string, number>();
  const rounds = Array.from({ length: ROUNDS }, (_, round) =>
    Array.from({ length: HOPS }, (_, hop): TraceProbe => {
      if ((agent * 7 + round * 13 + hop * 3) % LOST_EVERY === 0) return 'lost';
      const address = addressAt(hop, site, round);
      const index = indexes.get(address) ?? indexes.size;
      indexes.set(address, index);
      return [index, (hop + 1) * 1_000];
    }),
  );
  const trace: Trace = { target: TARGET, startedAtMs: 0, addresses: [...indexes.keys()], rounds };
  return { agent: `agent-${agent}`, site: `site-${site}`, trace, ended: true };
}

function addressAt(hop: number, site: number, round: number): string {
  if (hop === HOPS - 1) return TARGET;
  if (hop < 8) return `10.0.${hop}.1`;
  return hop < 16 ? `203.0.${site % 4}.${hop * 2 + (round % 2)}` : `192.0.2.${hop}`;
}

function countPairs(paths: readonly AgentPath[]): number {
  const pairs = new Map<string, number>();
  for (const { trace } of paths) {
    for (const round of trace.rounds) {
      let before = '';
      for (const probe of round) {
        if (typeof probe === 'string' || probe === null) continue;
        const address = trace.addresses[probe[0]];
        const pair = `${before} ${address}`;
        pairs.set(pair, (pairs.get(pair) ?? 0) + 1);
        before = address;
      }
    }
  }
  return pairs.size;
}

/** Returns the mean CPU time of the work in ms; a sum keeps the compiler from leaving the work out. */
function timed(times: number, work: () => number): Round {
  const started = process.cpuUsage();
  let sum = 0;
  for (let time = 0; time < times; time++) sum += work();
  const value = process.cpuUsage(started).user / 1_000 / times;
  return sum === 0 ? { value, fault: 'nothing was computed' } : { value };
}
