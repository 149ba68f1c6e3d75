import type { BreakReport } from './break-point';
import type { LossOnset } from './loss-onset';
import type { PathEdge, PathLoop, PathNode } from './merge-paths';
import type { Trace } from './trace';
import type { TraceCause } from './trace-report';

/** The network that announces an address, by the operator's file. */
export interface AsNumber {
  asn: number;
  /** Name of the AS; empty if the file has none. */
  name: string;
}

/** A stored trace in lists. */
export interface StoredTraceSummary {
  id: string;
  agentId: string;
  /** Null if the agent is unknown. */
  agentName: string | null;
  cause: TraceCause;
  commandId: string | null;
  /** By the agent's clock; where that is ahead, when the trace was received. */
  startedAt: string;
  receivedAt: string;
  /** False if the trace failed; it may have been measured in part. */
  ok: boolean;
  /** Why it failed, as a word and as a sentence; otherwise null. */
  reason: string | null;
  detail: string | null;
  /** Whether the target answered. */
  reached: boolean;
  /** Hops of the longest flow. */
  hops: number;
  /** Where loss begins; null if there is none. */
  onset: LossOnset | null;
}

/** A stored trace with all its probes. */
export interface StoredTrace extends StoredTraceSummary {
  targetId: string;
  trace: Trace;
  /** Names of addresses by reverse DNS, as far as the agent knew them. */
  names: Record<string, string>;
  /** Networks of addresses, as far as the operator's file has them. */
  asNumbers: Record<string, AsNumber>;
}

/** A node of a merged graph, with what is known about its address. */
export interface PathViewNode extends PathNode {
  name: string | null;
  asNumber: AsNumber | null;
  /** Over all agents and rounds; null for agents and gaps. `ownPercent` is the node's own answers, `pathPercent` loss of the path. */
  ownPercent: number | null;
  pathPercent: number | null;
  /** Median round trip in µs; null if it did not answer. */
  rttUs: number | null;
}

/** An agent in a merged path. */
export interface PathAgent {
  agentId: string;
  name: string;
  /** Place whose private addresses the agent sees: its tag `site`, otherwise its name. */
  site: string;
  traceId: string;
  startedAt: string;
  cause: TraceCause;
  ok: boolean;
  reached: boolean;
  onset: LossOnset | null;
}

/** The paths of all agents to a target at one time: of each agent the newest trace at or before it. */
export interface PathView {
  targetId: string;
  ip: string;
  vrf: string;
  at: string;
  /** Traces that started before this time are not in it. */
  from: string;
  /** Agents with a trace, by name. */
  agents: PathAgent[];
  /** Agents left out because there are more than `PATH_LIMITS.agents`. */
  agentsOmitted: number;
  nodes: PathViewNode[];
  edges: PathEdge[];
  loops: PathLoop[];
  /** Where the paths break; `agents` and `against` are ids of agents. */
  breaks: BreakReport;
}

/** A lasting change of the path from an agent to a target. */
export interface PathChange {
  id: string;
  targetId: string;
  agentId: string;
  /** Null if the agent is unknown. */
  agentName: string | null;
  /** Start of the trace that showed it. */
  at: string;
  traceId: string;
  /** Addresses that were usual, and no longer answer although others do in their place. */
  left: string[];
  /** Addresses of new networks, in place of usual ones. */
  joined: string[];
}

export const PATH_LIMITS = {
  /** Agents of a merged path. */
  agents: 200,
  /** A trace older than this before the chosen time is not part of a merged path. */
  traceAgeDays: 3,
  /** Traces are deleted after this time, and the oldest ones above this number. */
  tracesKeptDays: 30,
  tracesKeptMax: 20_000_000,
  /** The same of changes of paths. */
  changesKeptMonths: 13,
  changesKeptMax: 10_000_000,
} as const;
