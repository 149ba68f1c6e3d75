import type { AgentView } from '@icmp-mon/agents/contract';
import { agentTrouble } from '@icmp-mon/agents/look';
import { durationText } from '@icmp-mon/platform/ui-kit';

/** After this long without the next stage the page shows what to look at. */
export const JOIN_PATIENCE_MS = 60_000;
export const RESULT_PATIENCE_MS = 30_000;

export interface JoinProgress {
  stage: 'waiting' | 'joined' | 'measures';
  text: string;
  /** What to look at; empty while there is reason to wait. */
  checks: string[];
}

export interface JoinAttempt {
  name: string;
  /** The agent as it was when the command was made, where a machine takes its place. */
  before: AgentView | undefined;
  /** The agent of that name as it is now. */
  now: AgentView | undefined;
  enrolUrl: string;
  /** Since the command was shown. */
  waitedMs: number;
  /** The installation's clock. */
  nowMs: number;
}

/** How far a machine has come since the command was shown. */
export function joinProgress({ name, before, now, enrolUrl, waitedMs, nowMs }: JoinAttempt): JoinProgress {
  if (now === undefined || now.enrolledAt === before?.enrolledAt) {
    const checks = waitedMs < JOIN_PATIENCE_MS ? [] : checksBeforeJoining(enrolUrl);
    return { stage: 'waiting', text: `Waiting for ${name} to join …`, checks };
  }
  const report = now.telemetry?.startedAt === before?.telemetry?.startedAt ? null : now.telemetry;
  if (report?.firstResultAfterMs !== undefined) {
    const text = `${name} is here, first result after ${durationText(report.firstResultAfterMs)}`;
    return { stage: 'measures', text, checks: [] };
  }
  if (report !== null && report.resultsPerS > 0)
    return { stage: 'measures', text: `${name} is here and measures`, checks: [] };
  const isLate = nowMs - Date.parse(now.enrolledAt) >= RESULT_PATIENCE_MS;
  const text = `${name} is here. Waiting for its first result …`;
  return { stage: 'joined', text, checks: isLate ? [checkBeforeResult(now, report !== null, nowMs)] : [] };
}

function checksBeforeJoining(enrolUrl: string): string[] {
  return [
    'Does the command still wait for an answer, or has it printed a reason? It prints the next step with it.',
    `Does the machine reach ${enrolUrl}? On the machine: curl -k ${enrolUrl}/v1/ca`,
    'Is the time above past at which the command expires? Make another one.',
  ];
}

function checkBeforeResult(agent: AgentView, hasReported: boolean, nowMs: number): string {
  if (!hasReported) {
    return 'It has joined and does not report: does the machine reach the agents’ port of the gateway? Its log names the address: journalctl -u icmp-mon-agent';
  }
  const trouble = agentTrouble(agent, nowMs);
  if (trouble !== null) return `It reports: ${trouble}.`;
  if (agent.assignedTargets > 0)
    return `It has ${agent.assignedTargets} targets and no result yet: its page shows more.`;
  return 'No target is assigned to it: add one that lies in its allowed ranges, or look which agents the tiers select.';
}
