import type { AgentRefusal } from '@icmp-mon/agents/contract';
import { DomainError } from '@icmp-mon/platform/errors';

const DETAIL: Record<AgentRefusal, string> = {
  agent_not_enrolled: 'No agent is enrolled under this certificate. Enrol again.',
  certificate_expired: 'The client certificate has expired. Enrol again.',
  certificate_replaced:
    'This certificate was replaced by a newer enrolment of the same agent. Enrol again if this is the only one.',
};

/** An agent's certificate does not count; the problem document names the refusal, so that the agent knows what to do. */
export class AgentRefused extends DomainError {
  readonly members: { type: string; code: AgentRefusal };

  constructor(refusal: AgentRefusal) {
    super(refusal === 'certificate_expired' ? 'unauthenticated' : 'forbidden', DETAIL[refusal]);
    this.members = { type: `urn:icmpmon:problem:${refusal}`, code: refusal };
  }
}
