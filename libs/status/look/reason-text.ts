import type { ShownReason } from '@icmp-mon/status/contract';

const REASONS: Readonly<Record<ShownReason, string>> = {
  never_answered: 'it never answered, so nothing is known to be lost',
  no_agents: 'no agent is selected for it',
  warming: 'the selected agents have not judged it yet',
  too_few_voters: 'too few agents have a fresh verdict',
  no_fresh_data: 'no selected agent sent anything recent',
  agent_refuses: 'the policy of every agent that may probe it refuses the address',
  agent_unable: 'its agent reports that it cannot probe',
  agent_lost: 'its agent is not heard',
  not_sent: 'the agents could not send: their own kernels refused the probes',
  quorum_up: 'enough agents reach it',
  quorum_down: 'enough agents do not reach it',
  no_quorum: 'the agents disagree',
  not_judged: 'no result was judged for three intervals',
};

const SHORT: Readonly<Record<ShownReason, string>> = {
  never_answered: 'never answered',
  no_agents: 'no agent',
  warming: 'warming up',
  too_few_voters: 'too few voters',
  no_fresh_data: 'no fresh data',
  agent_refuses: 'agent refuses it',
  agent_unable: 'agent cannot probe',
  agent_lost: 'agent lost',
  not_sent: 'not sent',
  quorum_up: '',
  quorum_down: '',
  no_quorum: 'no quorum',
  not_judged: 'not judged',
};

/** Why a status is what it is, as the end of a sentence. */
export function reasonText(reason: ShownReason | null): string {
  return reason === null ? 'nothing was judged yet' : (REASONS[reason] ?? reason);
}

/** The same in two or three words; empty where the status says it all. */
export function shortReasonText(reason: ShownReason | null): string {
  return reason === null ? '' : (SHORT[reason] ?? reason);
}
