import { type AgentEvent, isAdmitted } from '@icmp-mon/agents/contract';
import type { AgentPresence } from '@icmp-mon/assignment/contract';
import type { AgentRecord } from './agent';

/** Observations of an agent that its stream may not have yet. */
export interface ObservedLife {
  /** Undefined while the agent is neither lost nor present. */
  presence: Omit<AgentPresence, 'agentId'> | undefined;
  /** Version that it reports; undefined if its report has none, or its change is not due. */
  version: string | undefined;
}

/**
 * Decides what an observation adds to the life of an agent: that it is lost, returned, or runs another version. Compares with what is
 * recorded, so that the same observation adds nothing a second time.
 */
export function recordLife(record: AgentRecord, { presence, version }: ObservedLife): AgentEvent[] {
  if (record.kind === 'unknown' || !isAdmitted(record.state)) return [];
  const { agentId, name, lostSince, agentVersion } = record;
  const events: AgentEvent[] = [];
  if (presence?.presence === 'lost' && presence.condition !== null && lostSince === null) {
    const { condition, since, cause } = presence;
    events.push({ type: 'AgentLost', data: { agentId, name, condition, since, cause } });
  }
  if (presence?.presence === 'present' && lostSince !== null)
    events.push({ type: 'AgentReturned', data: { agentId, name, lostSince } });
  if (version !== undefined && version !== agentVersion)
    events.push({ type: 'AgentVersionChanged', data: { agentId, name, from: agentVersion, to: version } });
  return events;
}
