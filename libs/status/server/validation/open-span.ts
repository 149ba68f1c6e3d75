import type { CheckAnswer } from '@icmp-mon/status/contract';

/** Answers that an entry contains; further ones are counted. */
export const ANSWERS_MAX = 20;

/** Counts of one agent, in the order of the checkpoint: see `EvidenceAgent`. */
export type SpanCounts = [probes: number, proven: number, answered: number, notSent: number];

/** The entry of the evidence log that is not sealed yet. */
export interface OpenSpan {
  fromMs: number;
  /** By agent id. */
  agents: Map<string, SpanCounts>;
  answers: CheckAnswer[];
  answersMore: number;
  /** Time of the last proving probe, and the longest time between two of them; 0 if there is none. */
  lastProofMs: number;
  longestPauseMs: number;
  /** When the row of the check was written last. */
  refreshedMs: number;
}

export function newSpan(fromMs: number): OpenSpan {
  return {
    ...{ fromMs, agents: new Map(), answers: [], answersMore: 0, lastProofMs: 0, longestPauseMs: 0 },
    refreshedMs: fromMs,
  };
}

function countsOf(span: OpenSpan, agentId: string): SpanCounts {
  let counts = span.agents.get(agentId);
  if (counts === undefined) span.agents.set(agentId, (counts = [0, 0, 0, 0]));
  return counts;
}

export function noteNotSent(span: OpenSpan, agentId: string): void {
  countsOf(span, agentId)[3]++;
}

export function noteFailed(span: OpenSpan, agentId: string): void {
  countsOf(span, agentId)[0]++;
}

/** Takes back the latest failed probe, which counts in the entry that its proof begins; not if an entry with it was sealed. */
export function withdrawFailed(span: OpenSpan, agentId: string): void {
  const counts = span.agents.get(agentId);
  if (counts === undefined || counts[0] === counts[1] + counts[2]) return;
  counts[0]--;
  if (counts.every((count) => count === 0)) span.agents.delete(agentId);
}

export function noteProven(span: OpenSpan, agentId: string, sampleMs: number): void {
  const counts = countsOf(span, agentId);
  counts[0]++;
  counts[1]++;
  if (span.lastProofMs > 0) span.longestPauseMs = Math.max(span.longestPauseMs, sampleMs - span.lastProofMs);
  span.lastProofMs = Math.max(span.lastProofMs, sampleMs);
}

export function noteAnswered(span: OpenSpan, answer: CheckAnswer): void {
  const counts = countsOf(span, answer.agentId);
  counts[0]++;
  counts[2]++;
  if (span.answers.length < ANSWERS_MAX) span.answers.push(answer);
  else span.answersMore++;
}

/** Returns the sums over all agents, in the order of `SpanCounts`. */
export function totalsOf(span: OpenSpan): SpanCounts {
  const totals: SpanCounts = [0, 0, 0, 0];
  for (const counts of span.agents.values()) counts.forEach((count, at) => (totals[at] += count));
  return totals;
}
