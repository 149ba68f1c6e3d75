import type { ShownReason } from '@icmp-mon/status/contract';

const REASONS: Readonly<Record<ShownReason, string>> = {
  never_answered: 'no reply so far',
  no_agents: 'no agent is selected',
  paused: 'the target is paused',
  only_validated: 'every check of the tier expects no answer',
  warming: 'the selected agents have no verdict yet',
  too_few_voters: 'too few agents have a fresh verdict',
  no_fresh_data: 'no recent results from the selected agents',
  agent_refuses: 'the policy file of every eligible agent refuses the address',
  agent_unable: 'the agent reports that it cannot probe',
  agent_set_aside: 'the agent alone misses what other agents reach',
  agent_lost: 'no report from the agent',
  not_sent: "the agents' own kernels refused to send the probes",
  quorum_up: 'enough agents receive replies',
  quorum_down: 'enough agents receive no replies',
  no_quorum: 'the agents disagree',
  lossy: 'more results are lost than is normal',
  slow: 'the replies take longer than is normal',
  partition: 'the paths of some agents are cut',
  not_judged: 'the shard has judged no results for three intervals',
};

const SHORT: Readonly<Record<ShownReason, string>> = {
  never_answered: 'never answered',
  no_agents: 'no agent',
  paused: 'paused',
  only_validated: 'validated only',
  warming: 'warming up',
  too_few_voters: 'too few voters',
  no_fresh_data: 'no fresh data',
  agent_refuses: 'agent refuses it',
  agent_unable: 'agent cannot probe',
  agent_set_aside: 'agent set aside',
  agent_lost: 'agent lost',
  not_sent: 'not sent',
  quorum_up: '',
  quorum_down: '',
  no_quorum: 'no quorum',
  lossy: 'lossy',
  slow: 'slow',
  partition: 'partition',
  not_judged: 'not judged',
};

/** Returns the reason for a status, as the end of a sentence. */
export function reasonText(reason: ShownReason | null): string {
  return reason === null ? 'no verdict yet' : (REASONS[reason] ?? reason);
}

/** Returns the reason in two or three words; empty if the status is sufficient. */
export function shortReasonText(reason: ShownReason | null): string {
  return reason === null ? '' : (SHORT[reason] ?? reason);
}
