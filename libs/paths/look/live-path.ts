import {
  type AgentPath,
  type AsNumber,
  columnsOf,
  findBreaks,
  lossOf,
  mergePaths,
  nodeFigures,
  type PathColumns,
  type Trace,
} from '@icmp-mon/paths/contract';
import type { ShownPath } from './shown-path';

/** A trace of an agent while it runs, or once it has ended. */
export interface LiveTrace {
  agentId: string;
  name: string;
  /** Null before the first answer. */
  trace: Trace | null;
  ended: boolean;
  /** Host names by address. */
  names: Readonly<Record<string, string>>;
  /** Place whose private addresses the agent sees; its name if it is not known. */
  site?: string;
  asNumbers?: Readonly<Record<string, AsNumber>>;
}

/**
 * Merges traces while rounds arrive. `columns` are those of the merge before, which nodes keep. Loss and breaks are judged by traces that have
 * ended: an answer that is still on its way is not lost.
 */
export function livePath(ip: string, traces: readonly LiveTrace[], columns: PathColumns): ShownPath {
  const paths = traces.flatMap(({ agentId, name, site = name, trace, ended }): AgentPath[] =>
    trace === null ? [] : [{ agent: agentId, site, trace, ended }],
  );
  const ended = paths.filter((path) => path.ended);
  const traced = traces.filter(({ trace }) => trace !== null);
  const graph = mergePaths(paths, ip, columns);
  const figures = nodeFigures(paths, ip);
  const names = Object.assign({}, ...traces.map((each) => each.names)) as Record<string, string>;
  const asNumbers = Object.assign({}, ...traces.map((each) => each.asNumbers ?? {})) as Record<string, AsNumber>;
  const onsets = new Map(ended.map(({ agent, trace }) => [agent, lossOf(trace).onset]));
  return {
    ip,
    agents: traced.map(({ agentId, name }) => ({ agentId, name, onset: onsets.get(agentId) ?? null })),
    untraced: traces.filter(({ trace }) => trace === null).map(({ name }) => name),
    nodes: graph.nodes.map((node) => ({
      ...node,
      name: names[node.address] ?? null,
      asNumber: asNumbers[node.address] ?? null,
      ...(figures.get(node.id) ?? { ownPercent: null, pathPercent: null, rttUs: null }),
    })),
    edges: graph.edges,
    loops: graph.loops,
    breaks: findBreaks(ended),
  };
}

/** Returns the columns of a path, for the next merge. */
export const columnsOfPath = ({ nodes, edges, loops }: ShownPath): PathColumns =>
  columnsOf({ nodes: [...nodes], edges: [...edges], loops: [...loops] });
