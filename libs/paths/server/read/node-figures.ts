import { type AgentPath, lossOf, nodeOf, type PathViewNode } from '@icmp-mon/paths/contract';

/** Figures of one node of a merged graph. */
export type NodeFigures = Pick<PathViewNode, 'ownPercent' | 'pathPercent' | 'rttUs'>;

interface NodeSums {
  sent: number;
  lost: number;
  /** Sum of the path's loss in percent, weighted by probes. */
  pathPercent: number;
  rttsUs: number[];
}

const PERCENT = 100;

/** Returns the figures of each node with an address, over all agents, flows and rounds. */
export function nodeFigures(paths: readonly AgentPath[]): Map<string, NodeFigures> {
  const sums = new Map<string, NodeSums>();
  for (const path of paths) addPath(sums, path);
  return new Map(
    [...sums].map(([node, { sent, lost, pathPercent, rttsUs }]) => [
      node,
      {
        ownPercent: sent === 0 ? null : (PERCENT * lost) / sent,
        pathPercent: sent === 0 ? null : pathPercent / sent,
        rttUs: median(rttsUs),
      },
    ]),
  );
}

function addPath(sums: Map<string, NodeSums>, { site, trace }: AgentPath): void {
  const { target, addresses, rounds } = trace;
  for (const { flow, hops } of lossOf(trace).flows) {
    for (const [hop, responder] of flow.hops.entries()) {
      const address = addresses[responder];
      if (address === undefined) continue;
      const node = nodeOf(address, { site, target });
      const sum = sums.get(node) ?? { sent: 0, lost: 0, pathPercent: 0, rttsUs: [] };
      sums.set(node, sum);
      const { sent, lost, pathPercent } = hops[hop];
      sum.sent += sent;
      sum.lost += lost;
      sum.pathPercent += (pathPercent ?? 0) * sent;
      for (const at of flow.rounds) {
        const probe = rounds[at][hop];
        if (Array.isArray(probe)) sum.rttsUs.push(Number(probe[1]));
      }
    }
  }
}

function median(values: number[]): number | null {
  values.sort((a, b) => a - b);
  return values[Math.floor(values.length / 2)] ?? null;
}
