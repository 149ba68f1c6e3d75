import type { PathEdge, PathGraph, PathNode } from '@icmp-mon/paths/contract';

/** A box of the drawn graph: a node of the merged graph, or several agents with the hops that only they pass. */
export interface DrawnNode {
  id: string;
  kind: PathNode['kind'] | 'group';
  address: string;
  gapHops: number;
  column: number;
  agents: readonly string[];
  /** Hops of the merged graph that are folded into it. */
  hiddenHops: number;
}

export interface DrawnGraph {
  nodes: DrawnNode[];
  edges: PathEdge[];
}

/** Agents up to this number are drawn one by one; more are grouped, in at most this many groups if that is possible. */
export const AGENTS_DRAWN_MAX = 6;
/** The same while rounds arrive: a group that forms meanwhile would replace nodes in view. */
export const AGENTS_RUNNING_MAX = 30;
/** One group shows nothing about the paths: up to this number of groups is kept instead. */
const GROUPS_KEPT = 40;

interface Group {
  agents: Set<string>;
  /** Nodes to which the folded hops lead; at first the node of the agent. */
  front: Set<string>;
  folded: Set<string>;
}

/**
 * Returns the graph to draw: nodes whose distance from the target is known. Agents with the same first hops become a group: hops that only
 * its agents pass are folded into it, one by one from the agents on, until few groups are left. Nodes of `kept` are never folded.
 */
export function foldAgents(graph: PathGraph, kept: ReadonlySet<string>, drawnMax = AGENTS_DRAWN_MAX): DrawnGraph {
  const nodes = new Map(graph.nodes.filter(({ column }) => column !== null).map((node) => [node.id, node]));
  const edges = graph.edges.filter(({ from, to }) => nodes.has(from) && nodes.has(to));
  const agents = [...nodes.values()].filter(({ kind }) => kind === 'agent');
  if (agents.length <= drawnMax) return drawnOf(nodes, edges, []);
  let groups = agents.map(({ id, agents: of }): Group => ({
    agents: new Set(of),
    front: new Set([id]),
    folded: new Set(),
  }));
  const successors = new Map<string, string[]>();
  for (const { from, to } of edges) successors.set(from, [...(successors.get(from) ?? []), to]);
  const isOwn = (id: string, group: Group): boolean => {
    const node = nodes.get(id);
    const next = successors.get(id) ?? [];
    if (node === undefined || node.kind === 'target' || kept.has(id) || next.length === 0) return false;
    return (
      !next.every((to) => nodes.get(to)?.kind === 'target') && node.agents.every((agent) => group.agents.has(agent))
    );
  };
  while (groups.length > drawnMax) {
    const folded = regrouped(groups.map((group) => foldedOnce(group, isOwn, successors)));
    const isChanged = folded.some(({ folded: more }, at) => more.size !== groups[at]?.folded.size);
    if (!isChanged || (folded.length === 1 && groups.length <= GROUPS_KEPT)) break;
    groups = folded;
  }
  return drawnOf(nodes, edges, groups);
}

function foldedOnce(
  group: Group,
  isOwn: (id: string, group: Group) => boolean,
  successors: ReadonlyMap<string, string[]>,
): Group {
  const folded = new Set(group.folded);
  const front = new Set<string>();
  for (const id of group.front) {
    if (!isOwn(id, group)) front.add(id);
    else {
      folded.add(id);
      for (const to of successors.get(id) ?? []) if (!folded.has(to)) front.add(to);
    }
  }
  for (const id of folded) front.delete(id);
  return { agents: group.agents, front, folded };
}

/** Joins groups that lead to the same nodes. */
function regrouped(groups: readonly Group[]): Group[] {
  const byFront = new Map<string, Group>();
  for (const { agents, front, folded } of groups) {
    const key = [...front].sort().join(' ');
    const known = byFront.get(key);
    if (known === undefined) byFront.set(key, { agents: new Set(agents), front, folded: new Set(folded) });
    else {
      for (const agent of agents) known.agents.add(agent);
      for (const id of folded) known.folded.add(id);
    }
  }
  return [...byFront.values()];
}

function drawnOf(
  nodes: ReadonlyMap<string, PathNode>,
  edges: readonly PathEdge[],
  groups: readonly Group[],
): DrawnGraph {
  const owner = new Map<string, string>();
  const drawn: DrawnNode[] = [];
  for (const { agents, front, folded } of groups) {
    if (folded.size === 0) continue;
    const members = [...agents].sort();
    const id = `group ${members[0]}`;
    for (const each of folded) owner.set(each, id);
    const column = 1 + Math.max(...[...front].map((each) => nodes.get(each)?.column ?? 0));
    const hiddenHops = folded.size - members.length;
    drawn.push({ id, kind: 'group', address: '', gapHops: 0, column, agents: members, hiddenHops });
  }
  for (const { id, kind, address, gapHops, column, agents } of nodes.values()) {
    if (owner.has(id)) continue;
    drawn.push({ id, kind, address, gapHops, column: column ?? 0, agents, hiddenHops: 0 });
  }
  return { nodes: drawn, edges: joinedEdges(edges, owner) };
}

function joinedEdges(edges: readonly PathEdge[], owner: ReadonlyMap<string, string>): PathEdge[] {
  const joined = new Map<string, PathEdge>();
  for (const edge of edges) {
    const [from, to] = [owner.get(edge.from) ?? edge.from, owner.get(edge.to) ?? edge.to];
    if (from === to || owner.has(edge.to)) continue;
    const key = `${from} → ${to}`;
    const known = joined.get(key);
    if (known === undefined) joined.set(key, { from, to, agents: edge.agents, rounds: edge.rounds });
    else {
      known.agents = [...new Set([...known.agents, ...edge.agents])];
      known.rounds += edge.rounds;
    }
  }
  return [...joined.values()];
}
