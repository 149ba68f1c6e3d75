import {
  AGENT_STREAM,
  type AgentEvent,
  type AgentState,
  isAdmitted,
  type OperatorField,
  stateAfter,
} from '@icmp-mon/agents/contract';
import { DomainError } from '@icmp-mon/platform/errors';
import type { Aggregate } from '@icmp-mon/platform/event-store';
import { projectAgents } from './agent.projection';
import { keepOperatorValues } from './agent-description';

/** State of an agent's stream: enough to decide its next change. Certificates are stored in the agent's row. */
export type AgentRecord = { kind: 'unknown' } | EnrolledAgent;

export interface EnrolledAgent {
  kind: 'enrolled';
  agentId: string;
  name: string;
  region: string;
  provider: string;
  tags: Record<string, string>;
  capacityPps: number | null;
  setByOperator: readonly OperatorField[];
  state: AgentState;
  thenRetire: boolean;
  /** Since when the agent is lost; null if it is not. */
  lostSince: string | null;
  /** Version that it reported last; null if none was recorded. */
  agentVersion: string | null;
}

type Enrolment = Extract<AgentEvent, { type: 'AgentEnrolled' }>['data'];

/** Aggregate of a vantage point: enrolled once, and again when it lost its state; drained, retired, evicted, banned. */
export const AGENT: Aggregate<AgentRecord, AgentEvent> = {
  category: AGENT_STREAM,
  initial: { kind: 'unknown' },
  evolve,
  project: projectAgents,
};

/** Decides an enrolment. It replaces the agent's former certificates, which are invalid from then on. */
export function enrol(record: AgentRecord, data: Enrolment): AgentEvent[] {
  if (record.kind === 'enrolled' && record.state === 'banned') {
    const detail = `The agent "${record.name}" is banned. Unban it first: POST /api/v1/agents/${record.agentId}/unban.`;
    throw new DomainError('forbidden', detail, [{ pointer: '#/name', detail }]);
  }
  if (record.kind === 'enrolled' && record.state === 'retired') throw wrongState(record, 'enrolled');
  return [{ type: 'AgentEnrolled', data: keepOperatorValues(record, data) }];
}

/** Decides that an active agent gives its targets to other agents. */
export function drain(record: AgentRecord, reason: string | null): AgentEvent[] {
  const agent = requireEnrolled(record);
  if (agent.state === 'draining') return [];
  if (agent.state !== 'active') throw wrongState(agent, 'drained');
  return [{ type: 'AgentDrainStarted', data: { ...subject(agent, reason), thenRetire: false } }];
}

/** Decides that a draining agent is active again, also one that was to be retired afterwards. */
export function cancelDrain(record: AgentRecord, reason: string | null): AgentEvent[] {
  const agent = requireEnrolled(record);
  if (agent.state === 'active') return [];
  if (agent.state !== 'draining') throw wrongState(agent, 'activated by cancelling a drain');
  return [{ type: 'AgentDrainCancelled', data: subject(agent, reason) }];
}

/**
 * Decides to drain an agent and retire it afterwards, or with `now` to retire it immediately. An agent without valid credentials has
 * nothing to drain.
 */
export function retire(record: AgentRecord, { now, reason }: { now: boolean; reason: string | null }): AgentEvent[] {
  const agent = requireEnrolled(record);
  if (agent.state === 'retired') return [];
  if (now || !isAdmitted(agent.state)) return [{ type: 'AgentRetired', data: subject(agent, reason) }];
  if (agent.thenRetire) return [];
  return [{ type: 'AgentDrainStarted', data: { ...subject(agent, reason), thenRetire: true } }];
}

/** Decides to retire an agent whose drain is complete; no event if its retirement was cancelled. */
export function completeRetirement(record: AgentRecord): AgentEvent[] {
  if (record.kind === 'unknown' || record.state !== 'draining' || !record.thenRetire) return [];
  return [{ type: 'AgentRetired', data: subject(record, null) }];
}

/** Decides to revoke an agent's credentials; it may enrol again with a token that names it. */
export function evict(record: AgentRecord, reason: string | null): AgentEvent[] {
  const agent = requireEnrolled(record);
  if (agent.state === 'evicted') return [];
  if (!isAdmitted(agent.state)) throw wrongState(agent, 'evicted');
  return [{ type: 'AgentEvicted', data: subject(agent, reason) }];
}

/** Decides to revoke an agent's credentials and to refuse every token. */
export function ban(record: AgentRecord, reason: string | null): AgentEvent[] {
  const agent = requireEnrolled(record);
  if (agent.state === 'banned') return [];
  if (agent.state === 'retired') throw wrongState(agent, 'banned');
  return [{ type: 'AgentBanned', data: subject(agent, reason) }];
}

/** Decides that a banned agent may enrol again with a token that names it. */
export function unban(record: AgentRecord, reason: string | null): AgentEvent[] {
  const agent = requireEnrolled(record);
  if (agent.state === 'evicted') return [];
  if (agent.state !== 'banned') throw wrongState(agent, 'unbanned');
  return [{ type: 'AgentUnbanned', data: subject(agent, reason) }];
}

function requireEnrolled(record: AgentRecord): EnrolledAgent {
  if (record.kind === 'enrolled') return record;
  throw new DomainError('not_found', 'Agent not found. GET /api/v1/agents lists all agents.');
}

function wrongState({ name, state }: EnrolledAgent, change: string): DomainError {
  return new DomainError('conflict', `The agent "${name}" is ${state}: it cannot be ${change} in this state.`);
}

function subject(
  { agentId, name }: EnrolledAgent,
  reason: string | null,
): { agentId: string; name: string; reason: string | null } {
  return { agentId, name, reason };
}

function evolve(record: AgentRecord, event: AgentEvent): AgentRecord {
  if (event.type === 'AgentEnrolled') {
    const { agentId, name, region, provider, tags, capacityPps, setByOperator = [] } = event.data;
    const description = { name, region, provider, tags, capacityPps, setByOperator };
    const { lostSince = null, agentVersion = null } = record.kind === 'enrolled' ? record : {};
    return { kind: 'enrolled', agentId, ...description, state: 'active', thenRetire: false, lostSince, agentVersion };
  }
  if (record.kind === 'unknown') return record;
  if (event.type === 'AgentDescribed') return { ...record, ...event.data };
  if (event.type === 'AgentLost') return { ...record, lostSince: event.data.since };
  if (event.type === 'AgentReturned') return { ...record, lostSince: null };
  if (event.type === 'AgentVersionChanged') return { ...record, agentVersion: event.data.to };
  // Events of a newer release are ignored: they change nothing that this release stores.
  const state = stateAfter(event.type);
  if (state === undefined) return record;
  return { ...record, state, thenRetire: event.type === 'AgentDrainStarted' && event.data.thenRetire };
}
