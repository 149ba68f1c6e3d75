import type { AgentRefusal, AgentState } from '@icmp-mon/agents/contract';
import { DomainError } from '@icmp-mon/platform/errors';

const DETAIL: Record<AgentRefusal, string> = {
  agent_not_enrolled: 'No agent is enrolled with this certificate. Enrol again.',
  certificate_expired: 'The client certificate has expired. Rejoin with the bound key, or enrol again.',
  certificate_replaced:
    'This certificate was replaced. Rejoin with the bound key; if that is refused too, another machine enrolled under this ' +
    "agent's name: stop one of the two machines, or enrol this one with a token that names the agent.",
  agent_evicted: 'The agent was evicted. Enrol again with a token that names the agent.',
  agent_banned: 'The agent was banned. It can enrol again only after POST /api/v1/agents/{id}/unban.',
  agent_retired: 'The agent was retired. Stop it, or empty its state directory and enrol it as a new agent.',
};

const REFUSAL_OF_STATE: Readonly<Record<AgentState, AgentRefusal | undefined>> = {
  active: undefined,
  draining: undefined,
  retired: 'agent_retired',
  evicted: 'agent_evicted',
  banned: 'agent_banned',
};

/** Returns why an agent in this state is refused regardless of its certificate; undefined for an admitted agent. */
export function refusalOfState(state: AgentState | undefined): AgentRefusal | undefined {
  return state === undefined ? 'agent_not_enrolled' : REFUSAL_OF_STATE[state];
}

/**
 * Thrown when an agent's certificate is not accepted. The problem document contains the refusal, from which the agent derives what to do.
 */
export class AgentRefused extends DomainError {
  readonly members: { type: string; code: AgentRefusal };

  constructor(refusal: AgentRefusal) {
    super(refusal === 'certificate_expired' ? 'unauthenticated' : 'forbidden', DETAIL[refusal]);
    this.members = { type: `urn:icmpmon:problem:${refusal}`, code: refusal };
  }
}
