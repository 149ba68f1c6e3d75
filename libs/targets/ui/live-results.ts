import type { ProbeResult } from '@icmp-mon/probing/contract';

export const LIVE_FOR_MS = 15 * 60_000;
const RESULTS_MAX = 5_000;

/**
 * Puts newly heard results among those that are kept: newest first, each once (an agent measures a check once at an
 * instant), none older than the live span, and no more than the bound.
 */
export function mergeResults(kept: ProbeResult[], heard: ProbeResult[], nowMs: number): ProbeResult[] {
  const byKey = new Map<string, ProbeResult>();
  for (const result of [...kept, ...heard]) byKey.set(`${result.at} ${result.agentId} ${result.check}`, result);
  const since = nowMs - LIVE_FOR_MS;
  return [...byKey.values()]
    .filter((result) => Date.parse(result.at) >= since)
    .sort((a, b) => Date.parse(b.at) - Date.parse(a.at))
    .slice(0, RESULTS_MAX);
}

const OUTCOMES: Readonly<Record<ProbeResult['outcome'], string>> = {
  reply: 'reply',
  timeout: 'no answer in time',
  not_sent: 'not sent: the agent could not send it',
  unreachable: 'unreachable, by an ICMP error',
  refused: 'refused',
  error: 'the executor failed',
};

/** An outcome in the operator's words. */
export function outcomeText(outcome: ProbeResult['outcome']): string {
  return OUTCOMES[outcome] ?? outcome;
}

/** Whether the outcome is a loss: it says of the target that it did not answer. */
export function isLoss(outcome: ProbeResult['outcome']): boolean {
  return outcome !== 'reply' && outcome !== 'not_sent' && outcome !== 'error';
}
