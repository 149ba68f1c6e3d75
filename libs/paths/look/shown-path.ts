import type {
  AsNumber,
  BreakReport,
  LossOnset,
  PathEdge,
  PathLoop,
  PathViewNode,
  Trace,
} from '@icmp-mon/paths/contract';

export interface ShownAgent {
  agentId: string;
  name: string;
  onset: LossOnset | null;
}

/** The paths of agents to one target, as stored or while rounds arrive; a `PathView` is one. */
export interface ShownPath {
  ip: string;
  /** Those with a trace. */
  agents: readonly ShownAgent[];
  /** Names of agents that were asked for a trace and have none. */
  untraced?: readonly string[];
  nodes: readonly PathViewNode[];
  edges: readonly PathEdge[];
  loops: readonly PathLoop[];
  breaks: BreakReport;
}

const ADDRESS_LENGTH = 17;
const NAMES_MAX = 8;

/** Returns the address, without its middle if it is long. */
export function shortAddress(address: string): string {
  if (address.length <= ADDRESS_LENGTH) return address;
  return `${address.slice(0, 9)}…${address.slice(-7)}`;
}

export function asText(asNumber: AsNumber | null): string {
  return asNumber === null ? '' : `AS${asNumber.asn} ${asNumber.name}`.trim();
}

/** Returns the names of agents, by name; of many the first ones and how many more there are. */
export function agentNames(path: ShownPath, ids: readonly string[], max = NAMES_MAX): string {
  const known = new Map(path.agents.map(({ agentId, name }) => [agentId, name]));
  return firstNames(
    ids.map((id) => known.get(id) ?? id),
    max,
  );
}

/** Returns names in order; of many the first ones and how many more there are. */
export function firstNames(names: readonly string[], max = NAMES_MAX): string {
  const sorted = [...names].sort();
  const more = sorted.length - max;
  return more > 0 ? `${sorted.slice(0, max).join(', ')} and ${more} more` : sorted.join(', ');
}

/** Returns the loss in words; null without loss. */
export function lossText(percent: number | null): string | null {
  if (percent === null || percent === 0) return null;
  return percent < 1 ? 'below 1 %' : `${Math.round(percent)} %`;
}

/** Returns the address of a node with its name and network, as far as they are known. */
export function placeText(path: ShownPath, id: string): string {
  const node = path.nodes.find((each) => each.id === id);
  // A node of an earlier trace, which the shown ones do not reach.
  const address = node?.address ?? id.split('@')[0] ?? id;
  const more = [node?.name ?? '', asText(node?.asNumber ?? null)].filter((text) => text !== '');
  return more.length === 0 ? address : `${address} (${more.join(', ')})`;
}

/** Returns the trace with the names and networks of its addresses in front of them, as mtr prints them. */
export function withHosts(
  trace: Trace,
  names: Readonly<Record<string, string>>,
  asNumbers: Readonly<Record<string, AsNumber>>,
): Trace {
  const hostOf = (address: string): string => {
    const [asNumber, name] = [asNumbers[address], names[address]];
    const host = name === undefined ? address : `${name} (${address})`;
    return asNumber === undefined ? host : `AS${asNumber.asn} ${host}`;
  };
  return { ...trace, target: hostOf(trace.target), addresses: trace.addresses.map(hostOf) };
}
