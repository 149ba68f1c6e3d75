import type { UncountedResults } from '@icmp-mon/probing/contract';
import type { OperatorField } from './agent-description';
import type { AgentState } from './agent-events';
import type { AgentTraces, TraceSettings } from './agent-traces';
import type { PolicyFault } from './agent-policy';
import type { AnchorReport } from './anchors';
import type { ExecutorHealth } from './executor-health';

/** Lifetime of an agent's certificate. The agent renews it after half of this time. */
export const AGENT_CERTIFICATE_LIFE_MS = 24 * 3_600_000;

/**
 * Connection state of an agent by the age of its last report: `connected` up to 15 s, `late` up to 60 s, then `lost`; `enrolled` before the
 * first report. `unknown`: no recent report, but reports are not being consumed (no projector runs, or Kafka does not answer).
 */
export const AGENT_CONNECTIONS = ['enrolled', 'connected', 'late', 'lost', 'unknown'] as const;
export type AgentConnection = (typeof AGENT_CONNECTIONS)[number];

/** One telemetry report, sent by an agent every 5 s. */
export interface AgentTelemetry {
  at: string;
  agentVersion: string;
  startedAt: string;
  assignmentVersion: number;
  targets: number;
  probesPerS: number;
  resultsPerS: number;
  /** CPU used by the agent's own process, in cores; `executorCpuCores` is that of its executors. */
  cpuCores: number;
  executorCpuCores: number;
  rssBytes: number;
  spoolBlocks: number;
  spoolBytes: number;
  /** Maximum size of the spool; missing from older agents. */
  spoolBytesMax?: number;
  spoolOldestS: number;
  spoolQuarantined: number;
  droppedResults: number;
  notSentPerS: number;
  /** Agent's clock minus the gateway's, estimated from round trips. */
  clockOffsetMs: number;
  /** Number of assigned targets that the local policy file refuses. */
  policyRefusedTargets: number;
  /** The same by reason, without reasons that refuse none: `POLICY_REFUSALS`; missing from older agents. */
  policyRefused?: Record<string, number>;
  /** Set while the policy file was changed to one that cannot be used: the previous policy is in force. */
  policyFault?: PolicyFault;
  /** Longest delay of a probe in the last minute, in ms: of its time slice, of its executor, or of the agent's process. */
  lateMs?: number;
  /** Rate of probes that were due in the last minute and have no result: not sent in time, not captured, or not trusted. */
  unmeasuredPerS?: number;
  /** Number of these in the last minute, by reason: `UNMEASURED_REASONS`; missing from older agents. */
  unmeasured?: Record<string, number>;
  /** Time from the start of the agent's process until the gateway accepted its first result; missing before that, and from older agents. */
  firstResultAfterMs?: number;
  executors: ExecutorHealth[];
  /** Name and region from the agent's settings if they differ from those in force; older agents do not compare. */
  configured?: { name: string; region: string };
  /** Host name of the machine; missing from older agents. */
  host?: string;
  /** Measurements that were not believed since the agent's start, by reason: `NOT_BELIEVED_REASONS`; missing from older agents. */
  notBelieved?: Record<string, number>;
  /** Its confirming bursts since its start: `CONFIRMING_COUNTS`; missing from older agents. */
  confirming?: Record<string, number>;
  /** State of each anchor; empty if none are set, missing from older agents. */
  anchors?: AnchorReport[];
  /** Its traces; missing from older agents. */
  traces?: AgentTraces;
}

/** Response to a telemetry report. Older gateways respond without a body. */
export interface TelemetryResponse {
  /** Results of the last two minutes that were not counted as the agent sent them. */
  uncounted: UncountedResults[];
  /** Addresses of the anchors that the agent probes; missing while they could not be read, and from older gateways. */
  anchors?: string[];
  /** How the agent traces by itself; missing from older gateways. */
  traces?: TraceSettings;
  /** Highest kind of details of results that every process reads: agents send none above. Missing if unknown, and from older gateways. */
  detailKindMax?: number;
}

/** One process that reports under the identity of an agent. */
export interface AgentProcess {
  startedAt: string;
  firstSeenAt: string;
  lastSeenAt: string;
  /** Peer address as the gateway saw it. */
  peer: string | null;
  host: string | null;
}

/**
 * Targets of an agent by condition. `measured`, `warming` and `silent` add up to `assigned`; targets in `refused` may be probed by other
 * agents.
 */
export interface AgentShare {
  assigned: number;
  /** Refused by the agent's policy file: assigned to other agents, or still to this one if every agent refuses them. */
  refused: number;
  /** Have a result within three intervals. */
  measured: number;
  /** Newly assigned, without a verdict yet. */
  warming: number;
  /** Assigned and not refused, but without a result within three intervals. */
  silent: number;
  /** Packets per second that the assigned targets cost, without targets that every agent refuses. */
  assignedPps: number;
  /** Packets per second that may be assigned to it: the lower of the operator's limit and that of its policy file; null means no limit. */
  capacityPps: number | null;
}

/** An agent as the API shows it. */
export interface AgentView {
  id: string;
  name: string;
  region: string;
  provider: string;
  tags: Record<string, string>;
  /** Maximum packets per second that an operator set; null means that only its policy file limits it. */
  capacityPps: number | null;
  /** Parts of the description that an operator or a token set; the agent's own settings do not change them. */
  setByOperator: OperatorField[];
  enrolledAt: string;
  certificateNotAfter: string;
  state: AgentState;
  stateSince: string;
  /** Reason that the operator gave for the state. */
  stateReason: string | null;
  /** The agent is draining, and is retired once it holds no targets and has shipped its spool. */
  thenRetire: boolean;
  /** When two processes with the same key were last detected; null if never since the enrolment. */
  cloneSuspectedAt: string | null;
  connection: AgentConnection;
  lastSeenAt: string | null;
  /** As counted by the agent in its last report. */
  assignedTargets: number;
  /** As counted by the control plane; null if the count could not be read, and in lists of other routes. */
  share?: AgentShare | null;
  /**
   * Set while its version is below the minimum (`ICMPMON_AGENT_VERSION_MIN`): it continues to probe, and targets registered since then
   * prefer other ready agents. Missing in lists of other routes, and while it could not be read.
   */
  outdated?: { since: string; versionMin: string } | null;
  telemetry: AgentTelemetry | null;
  /** Results of the last 24 hours that were not counted as the agent sent them, largest number first. */
  uncounted: UncountedResults[];
  /** Processes that currently report under this identity if there is more than one; otherwise empty. */
  sharedBy: AgentProcess[];
  version: number;
}

/** Response of `GET /api/v1/agents/{id}/metrics?from=&to=`: telemetry over time, oldest first, at most 720 points. */
export interface AgentMetrics {
  agentId: string;
  points: AgentMetricPoint[];
}

export type AgentMetricPoint = Pick<
  AgentTelemetry,
  | 'at'
  | 'probesPerS'
  | 'resultsPerS'
  | 'cpuCores'
  | 'executorCpuCores'
  | 'rssBytes'
  | 'spoolBlocks'
  | 'spoolOldestS'
  | 'clockOffsetMs'
> & {
  /** Null: the agent did not report it, or an earlier release stored the report. This holds for the following members too. */
  lateMs: number | null;
  unmeasuredPerS: number | null;
  /** Since the agent's process started. */
  droppedResults: number | null;
};
