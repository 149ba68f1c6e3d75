import { type Flow, SILENT } from './flows';
import type { AgentPath } from './merge-paths';
import { lossOf, type TraceLoss } from './path-loss';
import { nodeOf } from './path-node';
import type { Trace } from './trace';

export interface BreakEvidence extends AgentPath {
  /** An earlier trace of the same agent that reached the target: what usually follows the last router that answers. */
  usual?: Trace | undefined;
}

/** A node at which paths break: packets are lost on the way to it, or behind it. */
export interface BreakPoint {
  /** Id of a node, as in the merged graph. */
  node: string;
  /** Agents whose loss it explains. */
  agents: string[];
  /** Agents whose packets pass it without loss, which speaks against it. */
  against: string[];
  /** Explained agents, divided by all whose paths contain it. */
  hit: number;
  /** Explained agents, divided by all that have loss. */
  coverage: number;
  /** Hops to the target, the fewest of any path; null if no path shows it. */
  distance: number | null;
}

export interface BreakReport {
  /** The fewest nodes that explain the loss, the one that explains most first. */
  breaks: BreakPoint[];
  /** Agents with loss that no node explains. */
  unexplained: string[];
  /** Agents to which nothing answered, not even their own gateway: their loss is no evidence about the path. */
  withoutEvidence: string[];
}

/** A node must explain this share of the agents that pass it; the lower one only where much is unexplained otherwise. */
const HIT_MIN = 0.8;
const HIT_MIN_LOW = 0.5;
const UNEXPLAINED_MAX = 0.3;

interface AgentView {
  agent: string;
  /** Nodes between which, or at which, its loss begins; empty if it has none. */
  suspects: Set<string>;
  /** Nodes that its packets pass without loss. */
  passed: Set<string>;
}

/**
 * Returns where the paths of many agents to one target break. Greedy, as for other causes: the node with the largest number of explained
 * agents × hit² first; the one nearest to the target wins a tie. An agent whose packets pass a node without loss speaks against it.
 */
export function findBreaks(paths: readonly BreakEvidence[]): BreakReport {
  const distances = new Map<string, number>();
  const views: AgentView[] = [];
  const withoutEvidence: string[] = [];
  for (const path of paths) {
    const loss = lossOf(path.trace);
    noteDistances(distances, path, loss);
    const view = viewOf(path, loss);
    if (view === null) withoutEvidence.push(path.agent);
    else views.push(view);
  }
  const failing = views.filter(({ suspects }) => suspects.size > 0);
  let left = failing;
  const breaks: BreakPoint[] = [];
  for (const hitMin of [HIT_MIN, HIT_MIN_LOW]) {
    if (hitMin === HIT_MIN_LOW && left.length <= UNEXPLAINED_MAX * failing.length) break;
    for (
      let best = bestBreak(left, views, distances, hitMin);
      best !== null;
      best = bestBreak(left, views, distances, hitMin)
    ) {
      const explained = best.agents;
      breaks.push({ ...best, coverage: explained.length / failing.length });
      left = left.filter(({ agent }) => !explained.includes(agent));
    }
  }
  return { breaks, unexplained: left.map(({ agent }) => agent), withoutEvidence };
}

function bestBreak(
  left: readonly AgentView[],
  views: readonly AgentView[],
  distances: ReadonlyMap<string, number>,
  hitMin: number,
): BreakPoint | null {
  const candidates = [...new Set(left.flatMap(({ suspects }) => [...suspects]))].map((node) => {
    const agents = left.filter(({ suspects }) => suspects.has(node)).map(({ agent }) => agent);
    const suspected = views.filter(({ suspects }) => suspects.has(node)).length;
    const against = views.filter(({ passed }) => passed.has(node)).map(({ agent }) => agent);
    const hit = suspected / (suspected + against.length);
    return { node, agents, against, hit, coverage: 0, distance: distances.get(node) ?? null };
  });
  const possible = candidates.filter(({ hit }) => hit >= hitMin);
  const score = ({ agents, hit }: BreakPoint): number => agents.length * hit * hit;
  const reach = ({ distance }: BreakPoint): number => distance ?? Infinity;
  possible.sort((a, b) => score(b) - score(a) || reach(a) - reach(b) || (a.node < b.node ? -1 : 1));
  return possible[0] ?? null;
}

function viewOf(path: BreakEvidence, { flows, onset }: TraceLoss): AgentView | null {
  const { agent } = path;
  const ways = flows.map(({ flow }) => nodesOf(path, path.trace, flow));
  if (ways.every((way) => way.length === 0)) return null;
  if (onset === null)
    return { agent, suspects: new Set(), passed: new Set(ways.flat().filter((node) => node !== null)) };
  const suspects = new Set<string>();
  const passed = new Set<string>();
  for (const way of ways) {
    const firstLossy = Math.min(onset.hop - 1, way.length);
    const lastGood = way.slice(0, firstLossy).findLastIndex((node) => node !== null);
    for (const node of way.slice(0, Math.max(0, lastGood))) if (node !== null) passed.add(node);
    const good = way[lastGood] ?? null;
    if (good !== null) suspects.add(good);
    suspects.add(way.slice(firstLossy).find((node) => node !== null) ?? usualAfter(path, good));
  }
  for (const node of suspects) passed.delete(node);
  return { agent, suspects, passed };
}

/** Returns the node that usually follows the last one that answers; the target where that is not known. */
function usualAfter(path: BreakEvidence, last: string | null): string {
  const { target } = path.trace;
  if (path.usual === undefined || last === null) return target;
  for (const { flow } of lossOf(path.usual).flows) {
    const way = nodesOf(path, path.usual, flow);
    const at = way.indexOf(last);
    const next = at === -1 ? undefined : way.slice(at + 1).find((node) => node !== null);
    if (next !== undefined && next !== null) return next;
  }
  return target;
}

/** Returns the nodes of a flow by hop; null where nothing answers. */
function nodesOf({ site }: AgentPath, { addresses, target }: Trace, { hops }: Flow): (string | null)[] {
  return hops.map((hop) => (hop === SILENT ? null : nodeOf(addresses[hop], { site, target })));
}

function noteDistances(distances: Map<string, number>, path: BreakEvidence, loss: TraceLoss): void {
  const traces = [{ trace: path.trace, flows: loss.flows }];
  if (path.usual !== undefined) traces.push({ trace: path.usual, flows: lossOf(path.usual).flows });
  for (const { trace, flows } of traces) {
    for (const { flow } of flows) {
      if (flow.end !== 'target') continue;
      for (const [hop, node] of nodesOf(path, trace, flow).entries()) {
        if (node === null) continue;
        distances.set(node, Math.min(distances.get(node) ?? Infinity, flow.hops.length - 1 - hop));
      }
    }
  }
  distances.set(path.trace.target, 0);
}
