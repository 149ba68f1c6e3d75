import type { AgentView } from '@icmp-mon/agents/contract';
import { agentTrouble } from '@icmp-mon/agents/look';
import { durationText } from '@icmp-mon/platform/ui-kit';

/** Waiting time after which the page lists possible causes. */
export const JOIN_PATIENCE_MS = 60_000;
export const RESULT_PATIENCE_MS = 30_000;

export interface JoinProgress {
  stage: 'waiting' | 'joined' | 'measures';
  text: string;
  /** Possible causes to check; empty while waiting is normal. */
  checks: string[];
}

export interface JoinAttempt {
  name: string;
  /** The agent to replace, as it was when the command was created. */
  before: AgentView | undefined;
  /** The current agent of that name. */
  now: AgentView | undefined;
  enrolUrl: string;
  /** Time since the command was shown. */
  waitedMs: number;
  /** Time by the installation's clock. */
  nowMs: number;
}

/** Returns the progress of a joining machine since the command was shown. */
export function joinProgress({ name, before, now, enrolUrl, waitedMs, nowMs }: JoinAttempt): JoinProgress {
  if (now === undefined || now.enrolledAt === before?.enrolledAt) {
    const checks = waitedMs < JOIN_PATIENCE_MS ? [] : checksBeforeJoining(enrolUrl);
    return { stage: 'waiting', text: `Waiting for ${name} to enrol …`, checks };
  }
  const report = now.telemetry?.startedAt === before?.telemetry?.startedAt ? null : now.telemetry;
  if (report?.firstResultAfterMs !== undefined) {
    const text = `${name} is connected, first result after ${durationText(report.firstResultAfterMs)}`;
    return { stage: 'measures', text, checks: [] };
  }
  if (report !== null && report.resultsPerS > 0)
    return { stage: 'measures', text: `${name} is connected and sends results`, checks: [] };
  const isLate = nowMs - Date.parse(now.enrolledAt) >= RESULT_PATIENCE_MS;
  const text = `${name} is connected. Waiting for its first result …`;
  return { stage: 'joined', text, checks: isLate ? [checkBeforeResult(now, report !== null, nowMs)] : [] };
}

function checksBeforeJoining(enrolUrl: string): string[] {
  return [
    'Is the command waiting for confirmation, or did it print an error? An error includes the next step.',
    `Can the machine reach ${enrolUrl}? On the machine, run: curl -k ${enrolUrl}/v1/ca`,
    'Has the command expired (see the time above)? Create a new one.',
  ];
}

function checkBeforeResult(agent: AgentView, hasReported: boolean, nowMs: number): string {
  if (!hasReported) {
    return 'It is enrolled but sends no reports. Can the machine reach the agents’ port of the gateway? Its log contains the address: journalctl -u icmp-mon-agent';
  }
  const trouble = agentTrouble(agent, nowMs);
  if (trouble !== null) return `Its state: ${trouble}.`;
  if (agent.assignedTargets > 0)
    return `It has ${agent.assignedTargets} targets but no result yet. See its page for details.`;
  return 'No target is assigned to it. Add a target in its allowed ranges, or check which agents the tiers select.';
}
