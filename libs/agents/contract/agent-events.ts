/** Stream of an agent: `agent-<id>`. Relayed to `public.agents.v1`, keyed by agent id. */
export const AGENT_STREAM = 'agent';
/** Topic that agents' events are relayed to. */
export const AGENTS_TOPIC = 'public.agents.v1';

/** Types of these events as CloudEvents. */
export const AGENT_ENROLLED = 'icmpmon.agent.enrolled.v1';
export const AGENT_DESCRIBED = 'icmpmon.agent.described.v1';
export const AGENT_DRAIN_STARTED = 'icmpmon.agent.drain-started.v1';
export const AGENT_DRAIN_CANCELLED = 'icmpmon.agent.drain-cancelled.v1';
export const AGENT_RETIRED = 'icmpmon.agent.retired.v1';
export const AGENT_EVICTED = 'icmpmon.agent.evicted.v1';
export const AGENT_BANNED = 'icmpmon.agent.banned.v1';
export const AGENT_UNBANNED = 'icmpmon.agent.unbanned.v1';

/**
 * Where an agent is in its life.
 * - `active`: takes part
 * - `draining`: still measures and ships, gets no targets any more
 * - `retired`: removed for good; its name is free for another agent
 * - `evicted`: its credentials are invalid; it may join again with a token that names it
 * - `banned`: its credentials are invalid, and no token lets it in until it is unbanned
 */
export const AGENT_STATES = ['active', 'draining', 'retired', 'evicted', 'banned'] as const;
export type AgentState = (typeof AGENT_STATES)[number];

/** Whether an agent in this state may talk to the gateway. */
export function isAdmitted(state: AgentState): boolean {
  return state === 'active' || state === 'draining';
}

/** An agent received its identity: for the first time, or again. It is active from here on. */
export interface AgentEnrolled {
  type: 'AgentEnrolled';
  data: {
    agentId: string;
    name: string;
    region: string;
    provider: string;
    tags: Record<string, string>;
    /** Probes per second the agent may be asked for; null is unlimited. */
    capacityPps: number | null;
    certificateSha256: string;
    notAfter: string;
    /** SHA-256 of the agent's public key (DER, SPKI): only its owner may return without a token. */
    keySha256?: string;
    /** Id of the token that let it in; never its secret. */
    tokenId?: string;
  };
}

/** Written by earlier releases only: renewals are kept in the agent's row now. Nothing follows from it. */
export interface AgentCertificateRenewed {
  type: 'AgentCertificateRenewed';
  data: {
    agentId: string;
    certificateSha256: string;
    /** The certificate that asked for it. */
    replacesSha256: string;
    notAfter: string;
  };
}

/** The agent says other things about itself than at its enrolment. Its name and region change by an enrolment only. */
export interface AgentDescribed {
  type: 'AgentDescribed';
  data: { agentId: string; provider: string; tags: Record<string, string> };
}

/** The agent gives its targets to others; with `thenRetire` it is retired once it holds none. */
export interface AgentDrainStarted {
  type: 'AgentDrainStarted';
  data: AgentLifeCycleData & { thenRetire: boolean };
}

/** The agent is active again. */
export interface AgentDrainCancelled {
  type: 'AgentDrainCancelled';
  data: AgentLifeCycleData;
}

export interface AgentRetired {
  type: 'AgentRetired';
  data: AgentLifeCycleData;
}

export interface AgentEvicted {
  type: 'AgentEvicted';
  data: AgentLifeCycleData;
}

export interface AgentBanned {
  type: 'AgentBanned';
  data: AgentLifeCycleData;
}

/** The agent is evicted instead of banned: it may join again with a token that names it. */
export interface AgentUnbanned {
  type: 'AgentUnbanned';
  data: AgentLifeCycleData;
}

export interface AgentLifeCycleData {
  agentId: string;
  name: string;
  /** What the operator gave as the reason. */
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
  | AgentUnbanned;

/** The state that an event leads to; undefined for events that leave it as it is. */
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
