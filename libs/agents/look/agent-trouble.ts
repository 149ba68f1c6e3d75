import { type AgentTelemetry, type AgentView, anchorEvidence } from '@icmp-mon/agents/contract';
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

/**
 * Returns the worst problem that prevents an agent from measuring or makes its results unreliable, as one sentence; null when there is
 * none.
 */
export function agentTrouble(agent: AgentView, nowMs: number): string | null {
  const putOut = PUT_OUT[agent.state];
  if (putOut !== undefined) return putOut;
  if (agent.cloneSuspectedAt !== null && nowMs - Date.parse(agent.cloneSuspectedAt) < CLONE_SHOWN_MS) {
    return 'two processes use its key: a copy of its state folder runs on another machine or in another process';
  }
  if (agent.connection === 'unknown') return 'unknown: agent reports are not being consumed, see Health';
  if (agent.connection === 'enrolled') return 'enrolled, no report yet';
  if (agent.connection !== 'connected') return `no report for ${ageText(agent.lastSeenAt, nowMs)}`;
  const report = agent.telemetry;
  if (report === null) return 'no report yet';
  const broken = report.executors.find((executor) => executor.state !== 'ok' && executor.state !== 'idle');
  if (broken !== undefined) return firstSentence(broken.detail);
  if (anchorEvidence(report.anchors) === 'silent') return 'its anchors fail too: its uplink may be out';
  const slow = paceTrouble(report);
  if (slow !== null) return slow;
  if (report.droppedResults > 0) return `${countText(report.droppedResults)} results dropped: spool full`;
  if (report.spoolQuarantined > 0) return `${countText(report.spoolQuarantined)} unreadable blocks in its spool`;
  if (report.notSentPerS > 0) return 'its kernel refuses to send probes: check its routes and firewall';
  if (report.policyFault !== undefined)
    return 'its changed policy file cannot be used: the previous policy is in force';
  if (report.policyRefusedTargets > 0) {
    const { policyRefusedTargets: count } = report;
    return `its policy file refuses ${countText(count)} assigned ${count === 1 ? 'target' : 'targets'}`;
  }
  if (report.configured !== undefined && !isChosen(agent, report.configured)) {
    const { name, region } = report.configured;
    return `name “${name}” and region “${region}” of its settings are not in force: an operator can set them on its page`;
  }
  if (report.spoolOldestS > SPOOL_LATE_S) return `results delayed by ${durationText(report.spoolOldestS * 1_000)}`;
  if (Math.abs(report.clockOffsetMs) > CLOCK_OFF_MS) {
    const direction = report.clockOffsetMs > 0 ? 'ahead' : 'behind';
    return `clock ${durationText(Math.abs(report.clockOffsetMs))} ${direction}: results get corrected times`;
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

/**
 * Returns what an agent that cannot keep its probing rate leaves unmeasured; null when it keeps it, and for older agents, which do not
 * report it.
 */
function paceTrouble({ lateMs = 0, unmeasuredPerS = 0 }: AgentTelemetry): string | null {
  const late = lateMs >= PROBING_LATE_MS ? `probes up to ${durationText(lateMs)} late: give the agent more CPU` : '';
  if (unmeasuredPerS === 0) return late === '' ? null : late;
  const unmeasured = `${rateText(unmeasuredPerS)} probes per second without a result`;
  return late === '' ? `${unmeasured}: see the agent's log` : `${unmeasured}, ${late}`;
}

/** Returns the first sentence, which names the problem. The remedy after it is shown on the agent's page, with its executors. */
function firstSentence(detail: string): string {
  return detail.replace(/\.(\s.*)?$/s, '');
}
