import { SILENT } from './flows';
import type { AgentPath } from './merge-paths';
import { lossOf } from './path-loss';
import { nodeOf } from './path-node';

/** Figures of a node of the merged graph, over all agents whose paths contain it; null where nothing is known. */
export interface NodeFigures {
  /** Probes that the node itself did not answer. */
  ownPercent: number | null;
  /** Path loss, the mean over the rounds that pass the node. */
  pathPercent: number | null;
  /** Median of all round-trip times. */
  rttUs: number | null;
}

interface Sums {
  sent: number;
  lost: number;
  lossRounds: number;
  rounds: number;
  rttsUs: number[];
}

const ALL_PERCENT = 100;

/** Returns the figures of all nodes with an address, by the id of the node. */
export function nodeFigures(paths: readonly AgentPath[], target: string): Map<string, NodeFigures> {
  const sums = new Map<string, Sums>();
  for (const { site, trace, ended } of paths) {
    for (const { flow, hops } of lossOf(trace).flows) {
      for (const [hop, address] of flow.hops.entries()) {
        if (address === SILENT) continue;
        const { sent, lost, pathPercent } = hops[hop];
        const sum = sumOf(sums, nodeOf(trace.addresses[address], { site, target }));
        addProbes(sum, { sent, lost, pathPercent, rounds: flow.rounds.length });
        for (const round of flow.rounds) {
          const probe = trace.rounds[round][hop];
          if (typeof probe === 'object' && probe !== null) sum.rttsUs.push(probe[1]);
        }
      }
      // A target behind the last answer: one probe of each round should have reached it.
      const rounds = flow.rounds.length;
      if (flow.end !== 'target' && ended)
        addProbes(sumOf(sums, target), { sent: rounds, lost: rounds, pathPercent: ALL_PERCENT, rounds });
    }
  }
  return new Map([...sums].map(([id, sum]) => [id, figuresOf(sum)]));
}

function sumOf(sums: Map<string, Sums>, id: string): Sums {
  let sum = sums.get(id);
  if (sum === undefined) sums.set(id, (sum = { sent: 0, lost: 0, lossRounds: 0, rounds: 0, rttsUs: [] }));
  return sum;
}

function addProbes(
  sum: Sums,
  { sent, lost, pathPercent, rounds }: { sent: number; lost: number; pathPercent: number | null; rounds: number },
): void {
  sum.sent += sent;
  sum.lost += lost;
  if (pathPercent === null) return;
  sum.lossRounds += pathPercent * rounds;
  sum.rounds += rounds;
}

function figuresOf({ sent, lost, lossRounds, rounds, rttsUs }: Sums): NodeFigures {
  return {
    ownPercent: sent === 0 ? null : (ALL_PERCENT * lost) / sent,
    pathPercent: rounds === 0 ? null : lossRounds / rounds,
    rttUs: medianOf(rttsUs),
  };
}

/** Returns the median; of an even number of values the lower of the two in the middle. */
function medianOf(values: number[]): number | null {
  return values.sort((a, b) => a - b)[(values.length - 1) >> 1] ?? null;
}
