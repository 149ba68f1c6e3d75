import type { UncountedResults } from '@icmp-mon/probing/contract';
import type { AgentState } from './agent-events';

/** How long an agent's certificate is valid. The agent renews it after half of that. */
export const AGENT_CERTIFICATE_LIFE_MS = 24 * 3_600_000;

/**
 * How the control plane hears an agent: `connected` while telemetry is younger than 15 s, `late` up to 60 s, then `lost`;
 * `enrolled` before the first telemetry. `unknown`: no recent report, but reports are not being read (no projector, or
 * Kafka does not answer).
 */
export const AGENT_CONNECTIONS = ['enrolled', 'connected', 'late', 'lost', 'unknown'] as const;
export type AgentConnection = (typeof AGENT_CONNECTIONS)[number];

/**
 * States of an executor. `deaf`: it hears nothing, not even this machine's own address; `unsupported_version`: its output cannot
 * be read; `family_unavailable`: it has no socket for IPv4 or for IPv6, while the other works. A newer agent may report others.
 */
export const EXECUTOR_STATES = [
  'ok',
  'missing',
  'not_permitted',
  'restarting',
  'idle',
  'deaf',
  'unsupported_version',
  'family_unavailable',
] as const;
export type ExecutorState = (typeof EXECUTOR_STATES)[number];

/** State of one executor on an agent; `detail` is a sentence for the operator. */
export interface ExecutorHealth {
  type: string;
  state: ExecutorState;
  detail: string;
  /** Of the program that it runs; older agents do not report it. */
  version?: string;
}

/** One telemetry report, sent by an agent every 5 s. */
export interface AgentTelemetry {
  at: string;
  agentVersion: string;
  startedAt: string;
  assignmentVersion: number;
  targets: number;
  probesPerS: number;
  resultsPerS: number;
  /** CPU of the agent's own process and of its executors, in cores. */
  cpuCores: number;
  executorCpuCores: number;
  rssBytes: number;
  spoolBlocks: number;
  spoolBytes: number;
  /** How much the spool may hold; older agents do not tell it. */
  spoolBytesMax?: number;
  spoolOldestS: number;
  spoolQuarantined: number;
  droppedResults: number;
  notSentPerS: number;
  /** Agent's clock minus the gateway's, estimated from round trips. */
  clockOffsetMs: number;
  /** Probes that the local policy file refused. */
  policyRefusedTargets: number;
  /** The longest delay of probing in the last minute, in ms: of slices, of their executor, or of the agent itself. */
  lateMs?: number;
  /** Probes that were due in the last minute and have no result: not in time, not heard, or not to be trusted. */
  unmeasuredPerS?: number;
  /** From the start of the agent's process until the gateway had its first result; missing before, and from older agents. */
  firstResultAfterMs?: number;
  executors: ExecutorHealth[];
  /** Name and region of its settings where they are not those in force; older agents do not compare. */
  configured?: { name: string; region: string };
  /** Name of the machine; older agents do not tell it. */
  host?: string;
}

/** Answer to a telemetry report. Older gateways answer without a body. */
export interface TelemetryResponse {
  /** Results of the last two minutes that are not counted as the agent meant. */
  uncounted: UncountedResults[];
}

/** One process that reports under the identity of an agent. */
export interface AgentProcess {
  startedAt: string;
  firstSeenAt: string;
  lastSeenAt: string;
  /** Address that the gateway saw. */
  peer: string | null;
  host: string | null;
}

/** What becomes of an agent's targets; they add up but for `refused`, which others may measure. */
export interface AgentShare {
  assigned: number;
  /** Kept from it by its local policy: with other agents, or still with it where every agent refuses. */
  refused: number;
  /** Measured within three intervals. */
  measured: number;
  /** Newly assigned, and not judged yet. */
  warming: number;
  /** Assigned, not refused, and nothing was measured within three intervals. */
  silent: number;
}

/** An agent as the API shows it. */
export interface AgentView {
  id: string;
  name: string;
  region: string;
  provider: string;
  tags: Record<string, string>;
  enrolledAt: string;
  certificateNotAfter: string;
  state: AgentState;
  stateSince: string;
  /** What the operator gave as the reason for the state. */
  stateReason: string | null;
  /** It is draining and is retired once it holds no targets and has shipped its spool. */
  thenRetire: boolean;
  /** When two processes with the same key were last noticed; null if never since the enrolment. */
  cloneSuspectedAt: string | null;
  connection: AgentConnection;
  lastSeenAt: string | null;
  /** By its own count, as it last reported. */
  assignedTargets: number;
  /** By the control plane's count; null where it could not be read, and in lists of other routes. */
  share?: AgentShare | null;
  telemetry: AgentTelemetry | null;
  /** Results of the last 24 hours that were not counted as the agent meant, the most first. */
  uncounted: UncountedResults[];
  /** The processes that report under this identity now, if there are several; else none. */
  sharedBy: AgentProcess[];
  version: number;
}

/** `GET /api/v1/agents/{id}/metrics?from=&to=`: telemetry over time, oldest first, at most 720 points. */
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
>;
