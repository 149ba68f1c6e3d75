import type { AgentConnection, ProbeKind } from '@icmp-mon/agents/contract';
import { type Trace, TRACE_ROUNDS } from '@icmp-mon/paths/contract';
import type { CheckParameters } from '@icmp-mon/tiers/contract';
import type { HopNames, ProbeAttempt, TrailLine } from './agent-orders';
import type { AttemptSummary } from './attempt-summary';

/**
 * Which agents run a command, unless they are listed: the agents selected for the target, one agent in each region or of each provider,
 * or all in service. Connected agents are preferred to others, and selected ones to others.
 */
export const AGENT_CHOICES = ['assigned', 'one_per_region', 'one_per_provider', 'all'] as const;
export type AgentChoice = (typeof AGENT_CHOICES)[number];

/**
 * - `requested`: no agent has received it
 * - `running`: at least one agent has received it
 * - `completed`: all agents have answered, and at least one probed the target
 * - `failed`: all agents have answered, and none could probe the target
 * - `expired`: it expired before all agents had answered
 * - `cancelled`
 */
export const COMMAND_STATES = ['requested', 'running', 'completed', 'failed', 'expired', 'cancelled'] as const;
export type CommandState = (typeof COMMAND_STATES)[number];

/** State of a command on one agent: `waiting` until the agent has received it. */
export const COMMAND_AGENT_STATES = ['waiting', 'running', 'completed', 'failed', 'expired', 'cancelled'] as const;
export type CommandAgentState = (typeof COMMAND_AGENT_STATES)[number];

/** Whether a command, or its part on an agent, no longer changes. */
export const hasEnded = (state: CommandState | CommandAgentState): boolean =>
  state !== 'requested' && state !== 'waiting' && state !== 'running';

/** Kinds that agents of this release run on demand. */
export const COMMAND_KINDS = ['icmp_ping', 'tcp_connect', 'http', 'dns', 'mtr'] as const satisfies readonly ProbeKind[];
export type CommandKind = (typeof COMMAND_KINDS)[number];

/** Parameters of checks that commands do not have: a command has `count` instead of several packets per probe. */
export const UNUSED_PARAMETERS: readonly (keyof CheckParameters)[] = ['packets'];

export const COMMAND_LIMITS = {
  /** Agents of one command. */
  agents: 200,
  /** Probes per agent; of `mtr` rounds. */
  count: { min: 1, max: 20 },
  timeoutMs: { min: 100, max: 10_000, default: 2_000 },
  expiresInS: { min: 5, max: 300, default: 30 },
  /** Commands that one user or API key may request per minute. */
  perCallerAndMinute: 30,
  /** Commands that one agent may have unfinished. */
  openPerAgent: 20,
  /** Commands that one agent may get per minute, of all callers. */
  perAgentAndMinute: 60,
  /**
   * Probes that one address may get per minute, of all commands: twice a ping from 200 agents, or 10 rounds of mtr from each of them, which
   * also a small router bears. 20 probes from 200 agents are too many.
   */
  probesPerAddressAndMinute: 2_000,
  /** Commands and their results are deleted after this time, and the oldest ones above these numbers of commands and of their agents. */
  keptDays: 30,
  keptMax: 100_000,
  agentsKeptMax: 1_000_000,
  /** Debug trails are deleted after this time. */
  trailKeptHours: 24,
} as const;

/** Returns the number of probes per agent, of `mtr` the number of rounds, unless it is set. */
export function defaultCount(kind: CommandKind): number {
  if (kind === 'mtr') return TRACE_ROUNDS;
  return kind === 'icmp_ping' ? 4 : 1;
}

/** Least time between two probes of an agent, in ms. */
export const PROBE_GAP_MS = 200;
/** Time until the agents have a command, in ms. */
const DELIVERY_MS = 1_000;
/** Time that mtr waits for an answer, in ms. It has no other `timeoutMs`. */
export const TRACE_TIMEOUT_MS = 1_000;
/** Time between two rounds of a trace, in ms; more where a policy file allows few packets. */
const ROUND_MS = 1_000;
/** By how much a trace takes longer than its rounds, in ms: the first one while the distance of the target is unknown, and the start of mtr. */
const TRACE_EXTRA_MS = 4_000;

/** Returns the shortest expiry within which an agent can state that no probe was answered. */
export function leastExpiryS(kind: CommandKind, count: number, timeoutMs: number): number {
  const probesMs = kind === 'mtr' ? count * ROUND_MS + TRACE_EXTRA_MS : (count - 1) * PROBE_GAP_MS;
  return Math.ceil((DELIVERY_MS + probesMs + timeoutMs) / 1_000);
}

/** Request body of `POST /api/v1/commands`: `agents` or `choice`; `assigned` without both. */
export interface RequestCommandRequest {
  kind: CommandKind;
  /** Id or address of the target. */
  target: string;
  /** Selects the target if the address is in several VRFs. */
  vrf?: string;
  /** Parameters of the kind, as a check of the same type has them. */
  parameters?: CheckParameters;
  /** Ids of agents. */
  agents?: string[];
  choice?: AgentChoice;
  count?: number;
  timeoutMs?: number;
  expiresInS?: number;
}

/** Request body of `POST /api/v1/targets/{id}/mtr`: a command of the kind `mtr` for this target. */
export type RequestTraceRequest = Pick<RequestCommandRequest, 'agents' | 'choice' | 'count' | 'expiresInS'>;

/** Numbers of a command's agents by state. */
export type CommandCounts = Record<CommandAgentState, number>;

/** A command in lists. */
export interface CommandSummary {
  id: string;
  kind: CommandKind;
  targetId: string;
  ip: string;
  vrf: string;
  parameters: CheckParameters;
  count: number;
  timeoutMs: number;
  state: CommandState;
  /** `user:<id>` or `api-key:<id>`. */
  requestedBy: string;
  /** Name of the user or API key; null if it was removed. */
  requestedByName: string | null;
  requestedAt: string;
  expiresAt: string;
  endedAt: string | null;
  agents: CommandCounts;
}

/** Part of a command on one agent. */
export interface CommandAgent {
  agentId: string;
  name: string;
  region: string;
  provider: string;
  state: CommandAgentState;
  /** Connection of the agent when the command was requested: one that is not `connected` probably receives it too late. */
  connection: AgentConnection;
  /** Why the agent failed; a newer agent may report other words than `FAILURE_REASONS`. */
  reason: string | null;
  /** The same as a sentence; for an agent that is away, what happens to the command. */
  detail: string | null;
  receivedAt: string | null;
  endedAt: string | null;
  attempts: ProbeAttempt[];
  summary: AttemptSummary | null;
  /** Of the kind `mtr`: everything that is known, while it runs and afterwards, also if it ended early. Null before the first answer. */
  trace: Trace | null;
  /** Host names of addresses of the trace. */
  names: HopNames;
}

/** A command with its parts. Response of `GET /api/v1/commands/{id}`. */
export interface CommandView extends Omit<CommandSummary, 'agents'> {
  agents: CommandAgent[];
  counts: CommandCounts;
  /** Rises with each change of the command or of a part. */
  change: number;
}

/** Commands that one stream of a browser follows. */
export const LIVE_COMMANDS_MAX = 20;

/** Data of the event `command-agent` on the stream of a browser; it is followed by the `command-change` that it is part of. */
export interface CommandAgentChange {
  commandId: string;
  agent: CommandAgent;
}

/** Data of the event `command-change`: with the agents sent before, all that changed since change number `after`; everything after 0. */
export interface CommandChange {
  after: number;
  command: Omit<CommandView, 'agents'>;
}

/** Response of `GET /api/v1/commands/{id}/agents/{agentId}/trail`. */
export interface CommandTrail {
  /** Null: not stored yet, or deleted after 24 hours. */
  lines: TrailLine[] | null;
}
