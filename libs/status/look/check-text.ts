import { counted } from '@icmp-mon/platform/text';
import { countText, rttText } from '@icmp-mon/platform/ui-kit';
import type {
  CheckAnswer,
  CheckStatus,
  EvidenceAgent,
  OpenEvidence,
  ShownCheckReason,
} from '@icmp-mon/status/contract';

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
  return `${agentName}: ${outcome}${rttUs === null ? '' : ` in ${rttText(rttUs)}`}`;
}

/** Returns the proofs of the probes of each agent: `fra-1 11 of 12, ams-1 0 of 0 (3 not sent)`. */
export function evidenceAgentsText(agents: readonly EvidenceAgent[]): string {
  return agents.map((agent) => `${agent.name} ${proofsText(agent)}`).join(', ') || 'no probes';
}

/** Returns the proofs of the probes of all agents: `11 of 12 by 2 agents`. */
export function evidenceTotalsText(open: OpenEvidence): string {
  if (open.agents === 0) return 'no probes';
  return `${proofsText(open)} by ${counted(open.agents, 'agent')}`;
}

function proofsText({ probes, proven, notSent }: Pick<EvidenceAgent, 'probes' | 'proven' | 'notSent'>): string {
  return `${countText(proven)} of ${countText(probes)}${notSent > 0 ? ` (${countText(notSent)} not sent)` : ''}`;
}
