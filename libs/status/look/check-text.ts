import type { CheckAnswer, CheckStatus, ShownCheckReason } from '@icmp-mon/status/contract';

const REASONS: Readonly<Record<ShownCheckReason, string>> = {
  answered: 'an agent got an answer',
  closed: 'probes fail, control probes are answered',
  warming: 'not tested yet',
  no_control: 'the control probe is not answered',
  not_sent: 'probes were not sent',
  no_results: 'no recent results from the agents',
  no_agents: 'no agent is selected',
  paused: 'the target is paused',
  not_judged: 'the shard has judged no results for three intervals',
};

/** Returns the status in words. */
export function checkStatusText(status: CheckStatus): string {
  return status.replace('_', ' ');
}

/** Returns the reason for the status of a check, as the end of a sentence. */
export function checkReasonText(reason: ShownCheckReason): string {
  return REASONS[reason] ?? reason;
}

/** Returns type and port of a check: `tcp_connect 23`. */
export function checkNameText({ type, port }: { type: string; port: number | null }): string {
  return port === null ? type : `${type} ${port}`;
}

/** Returns who got the answer, and which. */
export function answerText({ agentName, outcome, rttUs }: CheckAnswer): string {
  return `${agentName}: ${outcome}${rttUs === null ? '' : ` in ${(rttUs / 1_000).toFixed(1)} ms`}`;
}
