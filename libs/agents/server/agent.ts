import { AGENT_STREAM, isAdmitted, type AgentEvent, type AgentState, stateAfter } from '@icmp-mon/agents/contract';
import { DomainError } from '@icmp-mon/platform/errors';
import type { Aggregate } from '@icmp-mon/platform/event-store';
import { projectAgents } from './agent.projection';

/** What an agent's events say: enough to decide what may happen to it next. Certificates are kept in its row. */
export type AgentRecord =
  | { kind: 'unknown' }
  | {
      kind: 'enrolled';
      agentId: string;
      name: string;
      provider: string;
      tags: Record<string, string>;
      state: AgentState;
      thenRetire: boolean;
    };

type Enrolment = Extract<AgentEvent, { type: 'AgentEnrolled' }>['data'];

/** A vantage point: enrolled once, and again when it lost its state; drained, retired, evicted, banned. */
export const AGENT: Aggregate<AgentRecord, AgentEvent> = {
  category: AGENT_STREAM,
  initial: { kind: 'unknown' },
  evolve,
  project: projectAgents,
};

/** An enrolment replaces whatever the agent had: its former certificates are invalid from here on. */
export function enrol(record: AgentRecord, data: Enrolment): AgentEvent[] {
  if (record.kind === 'enrolled' && record.state === 'banned') {
    const detail = `The agent "${record.name}" is banned. Unban it first: POST /api/v1/agents/${record.agentId}/unban.`;
    throw new DomainError('forbidden', detail, [{ pointer: '#/name', detail }]);
  }
  if (record.kind === 'enrolled' && record.state === 'retired') throw wrongState(record, 'enrolled');
  return [{ type: 'AgentEnrolled', data }];
}

/** Takes what an admitted agent says about itself, if it differs. */
export function describe(record: AgentRecord, said: { provider: string; tags: Record<string, string> }): AgentEvent[] {
  if (record.kind === 'unknown' || !isAdmitted(record.state)) return [];
  if (record.provider === said.provider && sameTags(record.tags, said.tags)) return [];
  return [{ type: 'AgentDescribed', data: { agentId: record.agentId, ...said } }];
}

/** Has an active agent give its targets to others. */
export function drain(record: AgentRecord, reason: string | null): AgentEvent[] {
  const agent = requireEnrolled(record);
  if (agent.state === 'draining') return [];
  if (agent.state !== 'active') throw wrongState(agent, 'drained');
  return [{ type: 'AgentDrainStarted', data: { ...subject(agent, reason), thenRetire: false } }];
}

/** Makes a draining agent active again, also when it was to be retired afterwards. */
export function cancelDrain(record: AgentRecord, reason: string | null): AgentEvent[] {
  const agent = requireEnrolled(record);
  if (agent.state === 'active') return [];
  if (agent.state !== 'draining') throw wrongState(agent, 'made active by cancelling a drain');
  return [{ type: 'AgentDrainCancelled', data: subject(agent, reason) }];
}

/** Drains an agent and retires it afterwards; with `now` at once. An agent without credentials has nothing to drain. */
export function retire(record: AgentRecord, { now, reason }: { now: boolean; reason: string | null }): AgentEvent[] {
  const agent = requireEnrolled(record);
  if (agent.state === 'retired') return [];
  if (now || !isAdmitted(agent.state)) return [{ type: 'AgentRetired', data: subject(agent, reason) }];
  if (agent.thenRetire) return [];
  return [{ type: 'AgentDrainStarted', data: { ...subject(agent, reason), thenRetire: true } }];
}

/** Retires an agent whose drain is complete; nothing when it is not to be retired any more. */
export function completeRetirement(record: AgentRecord): AgentEvent[] {
  if (record.kind === 'unknown' || record.state !== 'draining' || !record.thenRetire) return [];
  return [{ type: 'AgentRetired', data: subject(record, null) }];
}

/** Ends an agent's credentials; it may join again with a token that names it. */
export function evict(record: AgentRecord, reason: string | null): AgentEvent[] {
  const agent = requireEnrolled(record);
  if (agent.state === 'evicted') return [];
  if (!isAdmitted(agent.state)) throw wrongState(agent, 'evicted');
  return [{ type: 'AgentEvicted', data: subject(agent, reason) }];
}

/** Ends an agent's credentials, and no token lets it in. */
export function ban(record: AgentRecord, reason: string | null): AgentEvent[] {
  const agent = requireEnrolled(record);
  if (agent.state === 'banned') return [];
  if (agent.state === 'retired') throw wrongState(agent, 'banned');
  return [{ type: 'AgentBanned', data: subject(agent, reason) }];
}

/** Lets a banned agent join again with a token that names it. */
export function unban(record: AgentRecord, reason: string | null): AgentEvent[] {
  const agent = requireEnrolled(record);
  if (agent.state === 'evicted') return [];
  if (agent.state !== 'banned') throw wrongState(agent, 'unbanned');
  return [{ type: 'AgentUnbanned', data: subject(agent, reason) }];
}

type Enrolled = Extract<AgentRecord, { kind: 'enrolled' }>;

function requireEnrolled(record: AgentRecord): Enrolled {
  if (record.kind === 'enrolled') return record;
  throw new DomainError('not_found', 'There is no such agent. GET /api/v1/agents lists them.');
}

function wrongState({ name, state }: Enrolled, change: string): DomainError {
  return new DomainError('conflict', `The agent "${name}" is ${state}: it cannot be ${change}.`);
}

function subject(
  { agentId, name }: Enrolled,
  reason: string | null,
): { agentId: string; name: string; reason: string | null } {
  return { agentId, name, reason };
}

function sameTags(a: Record<string, string>, b: Record<string, string>): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && a[key] === b[key]);
}

function evolve(record: AgentRecord, event: AgentEvent): AgentRecord {
  if (event.type === 'AgentEnrolled') {
    const { agentId, name, provider, tags } = event.data;
    return { kind: 'enrolled', agentId, name, provider, tags, state: 'active', thenRetire: false };
  }
  if (record.kind === 'unknown') return record;
  if (event.type === 'AgentDescribed') return { ...record, provider: event.data.provider, tags: event.data.tags };
  // A newer release may have written events that this one does not know: they change nothing it knows of.
  const state = stateAfter(event.type);
  if (state === undefined) return record;
  return { ...record, state, thenRetire: event.type === 'AgentDrainStarted' && event.data.thenRetire };
}
