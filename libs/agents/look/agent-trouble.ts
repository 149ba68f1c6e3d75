import {
  type AgentTelemetry,
  type AgentView,
  anchorEvidence,
  executorCause,
  mainUnmeasured,
  UNMEASURED_TEXTS,
} from '@icmp-mon/agents/contract';
import { countText, rateText } from '@icmp-mon/platform/ui-kit';
import { ageText, durationText } from '@icmp-mon/platform/ui-kit';

const PUT_OUT: Partial<Record<AgentView['state'], string>> = {
  evicted: 'evicted: it may enrol again with a token that names it',
  banned: 'banned',
  retired: 'retired',
};
/**
 * How long a suspected copy is shown. Each copy renews its certificate every 12 hours, so a copy that still runs is detected again within this
 * time.
 */
const CLONE_SHOWN_MS = 24 * 3_600_000;
const SPOOL_LATE_S = 30;
const CLOCK_OFF_MS = 500;
/** Delay of probes from which the agent is reported as too slow; shorter delays are ordinary load peaks. */
const PROBING_LATE_MS = 1_000;

/** A problem of an agent. */
export interface AgentTrouble {
  /** The problem without numbers and names of this agent: equal for all agents that have it. */
  cause: string;
  /** The problem of this agent, as one sentence. */
  text: string;
}

/**
 * Returns the worst problem that prevents an agent from measuring or makes its results unreliable, as one sentence; null when there is
 * none.
 */
export function agentTrouble(agent: AgentView, nowMs: number): string | null {
  return worstTrouble(agent, nowMs)?.text ?? null;
}

/** Returns the worst problem of an agent; null when there is none. */
export function worstTrouble(agent: AgentView, nowMs: number): AgentTrouble | null {
  const own = agent.telemetry === null ? null : reportTrouble(agent, agent.telemetry);
  const trouble = connectionTrouble(agent, nowMs) ?? own;
  return typeof trouble === 'string' ? { cause: trouble, text: trouble } : trouble;
}

/** Returns a problem that makes the agent's last report irrelevant; a text if it is the same for all agents. */
function connectionTrouble(agent: AgentView, nowMs: number): AgentTrouble | string | null {
  const putOut = PUT_OUT[agent.state];
  if (putOut !== undefined) return putOut;
  if (agent.cloneSuspectedAt !== null && nowMs - Date.parse(agent.cloneSuspectedAt) < CLONE_SHOWN_MS) {
    return 'two processes use its key: a copy of its state folder runs on another machine or in another process';
  }
  if (agent.connection === 'unknown') return 'unknown: agent reports are not being consumed, see Health';
  if (agent.connection === 'enrolled') return 'enrolled, no report yet';
  if (agent.connection !== 'connected') {
    return { cause: 'no report', text: `no report for ${ageText(agent.lastSeenAt, nowMs)}` };
  }
  return agent.telemetry === null ? 'no report yet' : null;
}

/** Returns the worst problem of an agent's report; a text if it is the same for all agents. */
function reportTrouble(agent: AgentView, report: AgentTelemetry): AgentTrouble | string | null {
  const broken = report.executors.find((executor) => executor.state !== 'ok' && executor.state !== 'idle');
  if (broken !== undefined) {
    return { cause: executorCause(broken.state) ?? broken.state, text: firstSentence(broken.detail) };
  }
  if (anchorEvidence(report.anchors) === 'silent') return 'its anchors fail too: its uplink may be out';
  const slow = paceTrouble(report);
  if (slow !== null) return slow;
  if (report.droppedResults > 0) return numbered(report.droppedResults, 'results dropped: spool full');
  if (report.spoolQuarantined > 0) return numbered(report.spoolQuarantined, 'unreadable blocks in its spool');
  if (report.notSentPerS > 0) return 'its kernel refuses to send probes: check its routes and firewall';
  if (report.policyFault !== undefined)
    return 'its changed policy file cannot be used: the previous policy is in force';
  if (report.policyRefusedTargets > 0) {
    const { policyRefusedTargets: count } = report;
    const text = `its policy file refuses ${countText(count)} assigned ${count === 1 ? 'target' : 'targets'}`;
    return { cause: 'the policy file refuses assigned targets', text };
  }
  if (report.configured !== undefined && !isChosen(agent, report.configured)) {
    const { name, region } = report.configured;
    const text = `name “${name}” and region “${region}” of its settings are not in force: an operator can set them on its page`;
    return { cause: 'name and region of the settings are not in force', text };
  }
  if (report.spoolOldestS > SPOOL_LATE_S) {
    return { cause: 'results delayed', text: `results delayed by ${durationText(report.spoolOldestS * 1_000)}` };
  }
  if (Math.abs(report.clockOffsetMs) > CLOCK_OFF_MS) {
    const direction = report.clockOffsetMs > 0 ? 'ahead' : 'behind';
    const text = `clock ${durationText(Math.abs(report.clockOffsetMs))} ${direction}: results get corrected times`;
    return { cause: `clock ${direction}: results get corrected times`, text };
  }
  // Last: an outdated agent measures, so that this must hide no problem of its measurements.
  if (agent.outdated != null) {
    return `outdated (below ${agent.outdated.versionMin}): new targets prefer other ready agents`;
  }
  return null;
}

/** Returns whether the agent's own name and region differ from those in force only because an operator set others. */
function isChosen(agent: AgentView, { name, region }: { name: string; region: string }): boolean {
  const isOurs = (field: 'name' | 'region'): boolean => agent.setByOperator.includes(field);
  return (name === agent.name || isOurs('name')) && (region === agent.region || isOurs('region'));
}

const numbered = (count: number, cause: string): AgentTrouble => ({ cause, text: `${countText(count)} ${cause}` });

/** Returns why due probes of an agent have no result, or are late; null when it keeps its schedule. */
function paceTrouble({ lateMs = 0, unmeasuredPerS = 0, unmeasured = {} }: AgentTelemetry): AgentTrouble | null {
  const isLate = lateMs >= PROBING_LATE_MS;
  const late = isLate ? `probes up to ${durationText(lateMs)} late` : '';
  const reason = mainUnmeasured(unmeasured) ?? (unmeasuredPerS > 0 ? 'unknown' : null);
  if (reason === null) return isLate ? { cause: 'probes are late', text: `${late}: give the agent more CPU` } : null;
  const { cause } = UNMEASURED_TEXTS[reason];
  const perS = `${rateText(unmeasuredPerS)} probes per second without a result`;
  return { cause, text: [`${cause}: ${perS}`, ...(isLate ? [late] : [])].join(', ') };
}

/** Returns the first sentence, which names the problem. The remedy after it is shown on the agent's page, with its executors. */
function firstSentence(detail: string): string {
  return detail.replace(/\.(\s.*)?$/s, '');
}
