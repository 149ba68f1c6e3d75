import { type Flow, flowsOf, SILENT } from './flows';
import { nodeOf } from './path-node';
import type { Trace } from './trace';

/** A trace of one agent. All paths of a graph have the same target. */
export interface AgentPath {
  /** Id of the agent. */
  agent: string;
  /** Place whose private addresses the agent sees. */
  site: string;
  trace: Trace;
  /** False while the trace runs. */
  ended: boolean;
}

/**
 * `router` has an address. `gap` is a run of hops that do not answer, between the same neighbours and of the same length; behind the last
 * answer of a trace that does not reach the target, its length is unknown, so 0.
 */
export interface PathNode {
  id: string;
  kind: 'agent' | 'router' | 'gap' | 'target';
  /** Address of a router or the target; otherwise empty. */
  address: string;
  /** Hops of a gap; otherwise 0. */
  gapHops: number;
  /** Distance from the target, which is in column 0; null until a trace through this node reaches the target or ends. */
  column: number | null;
  /** Ids of the agents whose paths contain it. */
  agents: string[];
}

export interface PathEdge {
  from: string;
  to: string;
  agents: string[];
  /** Rounds of all agents that took it. */
  rounds: number;
}

/** A path that passes a node again after another one. */
export interface PathLoop {
  agent: string;
  /** From the first to the second pass. */
  nodes: string[];
}

export interface PathGraph {
  nodes: PathNode[];
  edges: PathEdge[];
  loops: PathLoop[];
}

/** Columns of a graph by node, to be passed to the next merge while traces run. */
export type PathColumns = ReadonlyMap<string, number>;

/** Unknown hops and the target, behind the last answer of a path that does not reach it. */
const BEHIND_LAST_ANSWER = 2;

/**
 * Merges the paths of many agents to one target. The order of the agents has no effect on nodes, edges and new columns. A node in `columns`
 * keeps its column, so nothing moves while rounds arrive.
 */
export function mergePaths(paths: readonly AgentPath[], target: string, columns: PathColumns = new Map()): PathGraph {
  const merge = new PathMerge(target, columns);
  for (const path of paths) for (const flow of flowsOf(path.trace)) merge.addFlow(path, flow);
  return merge.readGraph();
}

/** Returns the columns of a graph, for the next merge. */
export function columnsOf({ nodes }: PathGraph): Map<string, number> {
  return new Map(nodes.flatMap(({ id, column }) => (column === null ? [] : [[id, column] as const])));
}

class PathMerge {
  private readonly nodes = new Map<string, PathNode & { distance: number }>();
  private readonly edges = new Map<string, Map<string, PathEdge>>();
  private readonly loops: PathLoop[] = [];

  constructor(
    private readonly target: string,
    private readonly columns: PathColumns,
  ) {
    this.nodeAt({ id: target, kind: 'target', address: target, gapHops: 0 }, 0);
  }

  addFlow({ agent, site, trace, ended }: AgentPath, { hops, end, rounds }: Flow): void {
    const isReached = end === 'target';
    // A trace that runs has not shown yet how far the target is.
    const isPlaced = isReached || ended;
    const length = isReached ? hops.length : hops.length + BEHIND_LAST_ANSWER;
    const ids: string[] = [];
    const pass = (node: Pick<PathNode, 'id' | 'kind' | 'address' | 'gapHops'>, distance: number): void => {
      const { agents } = this.nodeAt(node, isPlaced ? distance : -1);
      if (agents.at(-1) !== agent) agents.push(agent);
      ids.push(node.id);
    };
    pass({ id: `agent ${agent}`, kind: 'agent', address: '', gapHops: 0 }, length);
    for (let at = 0; at < hops.length; at++) {
      const address = trace.addresses[hops[at]];
      if (address === this.target) pass({ id: address, kind: 'target', address, gapHops: 0 }, 0);
      else if (address !== undefined) {
        const id = nodeOf(address, { site, target: this.target });
        if (id !== ids.at(-1)) pass({ id, kind: 'router', address, gapHops: 0 }, length - 1 - at);
      } else {
        const next = hops.findIndex((hop, later) => later > at && hop !== SILENT);
        const after = nodeOf(trace.addresses[hops[next]] ?? '', { site, target: this.target });
        pass(gapBetween(ids.at(-1) ?? '', after, next - at), length - next);
        at = next - 1;
      }
    }
    if (!isReached && ended) {
      pass(gapBetween(ids.at(-1) ?? '', this.target, 0), 1);
      pass({ id: this.target, kind: 'target', address: this.target, gapHops: 0 }, 0);
    }
    this.addEdges(agent, ids, rounds.length);
    this.noteLoop(agent, ids);
  }

  readGraph(): PathGraph {
    const nodes = [...this.nodes.values()].map(({ distance, ...node }) => {
      return { ...node, column: this.columns.get(node.id) ?? (distance < 0 ? null : distance) };
    });
    return { nodes, edges: [...this.edges.values()].flatMap((byTo) => [...byTo.values()]), loops: this.loops };
  }

  /** The column is the largest distance, so that edges lead towards the target; a smaller one is known from a shorter path. */
  private nodeAt(node: Pick<PathNode, 'id' | 'kind' | 'address' | 'gapHops'>, distance: number): PathNode {
    let known = this.nodes.get(node.id);
    if (known === undefined) {
      known = { ...node, column: null, agents: [], distance };
      this.nodes.set(node.id, known);
    }
    known.distance = Math.max(known.distance, distance);
    return known;
  }

  private addEdges(agent: string, ids: readonly string[], rounds: number): void {
    for (let at = 1; at < ids.length; at++) {
      const [from, to] = [ids[at - 1], ids[at]];
      let byTo = this.edges.get(from);
      if (byTo === undefined) this.edges.set(from, (byTo = new Map()));
      let edge = byTo.get(to);
      if (edge === undefined) byTo.set(to, (edge = { from, to, agents: [], rounds: 0 }));
      edge.rounds += rounds;
      if (edge.agents.at(-1) !== agent) edge.agents.push(agent);
    }
  }

  private noteLoop(agent: string, ids: readonly string[]): void {
    const seenAt = new Map<string, number>();
    for (const [at, id] of ids.entries()) {
      const before = seenAt.get(id);
      seenAt.set(id, at);
      if (before === undefined) continue;
      if (this.loops.at(-1)?.agent !== agent) this.loops.push({ agent, nodes: ids.slice(before, at + 1) });
      return;
    }
  }
}

function gapBetween(
  before: string,
  after: string,
  gapHops: number,
): Pick<PathNode, 'id' | 'kind' | 'address' | 'gapHops'> {
  return { id: `gap ${before} > ${after} (${gapHops})`, kind: 'gap', address: '', gapHops };
}
