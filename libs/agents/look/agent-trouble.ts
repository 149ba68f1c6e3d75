import type { AgentTelemetry, AgentView } from '@icmp-mon/agents/contract';
import { countText, rateText } from '@icmp-mon/platform/ui-kit';
import { ageText, durationText } from '@icmp-mon/platform/ui-kit';

const PUT_OUT: Partial<Record<AgentView['state'], string>> = {
  evicted: 'was evicted: it may join again with a token that names it',
  banned: 'was banned',
  retired: 'was retired',
};
/** Copies renew their certificates twice a day, so a copy that still runs is noticed again. */
const CLONE_SHOWN_MS = 24 * 3_600_000;
const SPOOL_LATE_S = 30;
const CLOCK_OFF_MS = 500;
/** Probing that is so late is no busy moment any more. */
const PROBING_LATE_MS = 1_000;

/** What keeps an agent from measuring or from being believed, worst first, as one sentence; null when nothing does. */
export function agentTrouble(agent: AgentView, nowMs: number): string | null {
  const putOut = PUT_OUT[agent.state];
  if (putOut !== undefined) return putOut;
  if (agent.cloneSuspectedAt !== null && nowMs - Date.parse(agent.cloneSuspectedAt) < CLONE_SHOWN_MS) {
    return 'two processes use its key: a copy of its state folder runs somewhere';
  }
  if (agent.connection === 'unknown') return 'not known: reports are not read, see Health';
  if (agent.connection === 'enrolled') return 'has joined, but has not reported yet';
  if (agent.connection !== 'connected') return `not heard for ${ageText(agent.lastSeenAt, nowMs)}`;
  const report = agent.telemetry;
  if (report === null) return 'has not reported yet';
  const broken = report.executors.find((executor) => executor.state !== 'ok' && executor.state !== 'idle');
  if (broken !== undefined) return firstSentence(broken.detail);
  const slow = paceTrouble(report);
  if (slow !== null) return slow;
  if (report.droppedResults > 0) return `dropped ${countText(report.droppedResults)} results: its spool is full`;
  if (report.spoolQuarantined > 0) return `${countText(report.spoolQuarantined)} blocks of its spool cannot be read`;
  if (report.notSentPerS > 0) return 'its kernel refuses to send probes: look at its routes and firewall';
  if (report.policyRefusedTargets > 0) {
    return `its policy file refuses ${countText(report.policyRefusedTargets)} of its targets`;
  }
  if (report.configured !== undefined) {
    const { name, region } = report.configured;
    return `its settings say name “${name}” and region “${region}”, which are not in force: they change by an enrolment`;
  }
  if (report.spoolOldestS > SPOOL_LATE_S) return `its results are ${durationText(report.spoolOldestS * 1_000)} late`;
  if (Math.abs(report.clockOffsetMs) > CLOCK_OFF_MS) {
    return `its clock is off by ${durationText(Math.abs(report.clockOffsetMs))}`;
  }
  return null;
}

/** What an agent that cannot keep its pace leaves unmeasured; older agents do not report it. */
function paceTrouble({ lateMs = 0, unmeasuredPerS = 0 }: AgentTelemetry): string | null {
  const late = lateMs >= PROBING_LATE_MS ? `it probes up to ${durationText(lateMs)} late: give it more CPU` : '';
  if (unmeasuredPerS === 0) return late === '' ? null : late;
  const unmeasured = `${rateText(unmeasuredPerS)} of its probes per second have no result`;
  return late === '' ? `${unmeasured}: see its log` : `${unmeasured}, ${late}`;
}

/** What is wrong, without what to do about it, which the agent's page shows with its executors. */
function firstSentence(detail: string): string {
  return detail.replace(/\.(\s.*)?$/s, '');
}
