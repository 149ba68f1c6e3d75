import type { PolicyRefusal } from '@icmp-mon/agents/contract';

/** Why the policy file refuses a command, for the user who requested it. */
export const refusalTexts: Readonly<Record<PolicyRefusal, string>> = {
  stopped: 'The policy file of the agent stops all probing.',
  denied: 'The policy file of the agent denies the address.',
  not_allowed: 'The policy file of the agent does not allow the address.',
  not_canonical: 'The agent accepts only canonical addresses.',
  port_refused: 'The policy file of the agent refuses the port.',
  host_refused: 'The policy file of the agent refuses the host of the request.',
  too_fast:
    'The policy file of the agent does not allow that many packets per second in the time of the command. ' +
    'Request fewer probes, a later expiry, or other agents.',
};
