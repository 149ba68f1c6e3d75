import type { OperatorField } from './agent-description';

/** Stream category of agents: `agent-<id>`. Relayed to `public.agents.v1`, keyed by agent id. */
export const AGENT_STREAM = 'agent';
/** Topic to which the relay publishes agents' events. */
export const AGENTS_TOPIC = 'public.agents.v1';

/** CloudEvents types of these events. */
export const AGENT_ENROLLED = 'icmpmon.agent.enrolled.v1';
export const AGENT_DESCRIBED = 'icmpmon.agent.described.v1';
export const AGENT_DRAIN_STARTED = 'icmpmon.agent.drain-started.v1';
export const AGENT_DRAIN_CANCELLED = 'icmpmon.agent.drain-cancelled.v1';
export const AGENT_RETIRED = 'icmpmon.agent.retired.v1';
export const AGENT_EVICTED = 'icmpmon.agent.evicted.v1';
export const AGENT_BANNED = 'icmpmon.agent.banned.v1';
export const AGENT_UNBANNED = 'icmpmon.agent.unbanned.v1';
export const AGENT_LOST = 'icmpmon.agent.lost.v1';
export const AGENT_RETURNED = 'icmpmon.agent.returned.v1';
export const AGENT_VERSION_CHANGED = 'icmpmon.agent.version-changed.v1';

/**
 * Lifecycle state of an agent.
 * - `active`: in service
 * - `draining`: still probes and ships results, but receives no more targets
 * - `retired`: removed permanently; its name is free for another agent
 * - `evicted`: its credentials are invalid; it may enrol again with a token that names it
 * - `banned`: its credentials are invalid, and no token admits it until it is unbanned
 */
export const AGENT_STATES = ['active', 'draining', 'retired', 'evicted', 'banned'] as const;
export type AgentState = (typeof AGENT_STATES)[number];

/** Returns whether the gateway admits an agent in this state. */
export function isAdmitted(state: AgentState): boolean {
  return state === 'active' || state === 'draining';
}

/** An agent was enrolled, for the first time or again. It is active from then on. */
export interface AgentEnrolled {
  type: 'AgentEnrolled';
  data: {
    agentId: string;
    name: string;
    region: string;
    provider: string;
    tags: Record<string, string>;
    /** Maximum probes per second that may be assigned to the agent; null means unlimited. */
    capacityPps: number | null;
    certificateSha256: string;
    notAfter: string;
    /** SHA-256 of the agent's public key (DER, SPKI). Only the holder of this key may rejoin without a token. */
    keySha256?: string;
    /** Id of the token that admitted the agent; never its secret. */
    tokenId?: string;
    /** Fields that the token or an operator set; missing from earlier releases. */
    setByOperator?: readonly OperatorField[];
  };
}

/** Written by earlier releases only: renewals are now stored in the agent's row. Has no effect. */
interface AgentCertificateRenewed {
  type: 'AgentCertificateRenewed';
  data: {
    agentId: string;
    certificateSha256: string;
    /** Hash of the certificate with which the renewal was requested. */
    replacesSha256: string;
    notAfter: string;
  };
}

/**
 * The description of an agent changed: the agent reported another provider or other tags, or an operator changed it. Contains the complete
 * description; events of earlier releases contain only provider and tags.
 */
export interface AgentDescribed {
  type: 'AgentDescribed';
  data: {
    agentId: string;
    provider: string;
    tags: Record<string, string>;
    name?: string;
    region?: string;
    /** Maximum probes per second that may be assigned to the agent; null means that only its policy file limits it. */
    capacityPps?: number | null;
    setByOperator?: readonly OperatorField[];
  };
}

/** The agent's targets move to other agents. With `thenRetire` it is retired once it holds none. */
export interface AgentDrainStarted {
  type: 'AgentDrainStarted';
  data: AgentLifeCycleData & { thenRetire: boolean };
}

/** The drain was cancelled; the agent is active again. */
interface AgentDrainCancelled {
  type: 'AgentDrainCancelled';
  data: AgentLifeCycleData;
}

interface AgentRetired {
  type: 'AgentRetired';
  data: AgentLifeCycleData;
}

interface AgentEvicted {
  type: 'AgentEvicted';
  data: AgentLifeCycleData;
}

interface AgentBanned {
  type: 'AgentBanned';
  data: AgentLifeCycleData;
}

/** The ban was lifted. The agent is evicted from then on: it may enrol again with a token that names it. */
interface AgentUnbanned {
  type: 'AgentUnbanned';
  data: AgentLifeCycleData;
}

/** The agent sends no reports, or cannot probe, for longer than the hold-down of a tier: its targets move to other agents. */
interface AgentLost {
  type: 'AgentLost';
  data: {
    agentId: string;
    name: string;
    condition: 'silent' | 'unable';
    /** Time of its last report, or since when it cannot probe. */
    since: string;
    /** Explains the condition. */
    cause: string;
  };
}

/** A lost agent reports and can probe again, and was stable for long enough: it gets its targets back. */
interface AgentReturned {
  type: 'AgentReturned';
  data: { agentId: string; name: string; lostSince: string };
}

/** The agent reports another version than before; `from` is null for its first one. */
interface AgentVersionChanged {
  type: 'AgentVersionChanged';
  data: { agentId: string; name: string; from: string | null; to: string };
}

export interface AgentLifeCycleData {
  agentId: string;
  name: string;
  /** Reason that the operator gave. */
  reason: string | null;
}

export type AgentEvent =
  | AgentEnrolled
  | AgentCertificateRenewed
  | AgentDescribed
  | AgentDrainStarted
  | AgentDrainCancelled
  | AgentRetired
  | AgentEvicted
  | AgentBanned
  | AgentUnbanned
  | AgentLost
  | AgentReturned
  | AgentVersionChanged;

/** Returns the state after an event; undefined for events that do not change the state. */
export function stateAfter(type: AgentEvent['type']): AgentState | undefined {
  return STATE_AFTER[type];
}

const STATE_AFTER: Partial<Record<AgentEvent['type'], AgentState>> = {
  AgentEnrolled: 'active',
  AgentDrainStarted: 'draining',
  AgentDrainCancelled: 'active',
  AgentRetired: 'retired',
  AgentEvicted: 'evicted',
  AgentBanned: 'banned',
  AgentUnbanned: 'evicted',
};
