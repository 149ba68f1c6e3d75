import type { ProbeResult } from '@icmp-mon/probing/contract';

/** How long single results are kept for the page when its range is longer than a chart of single results. */
export const LIVE_FOR_MS = 15 * 60_000;
/** Longer spans are drawn by windows only. */
export const SINGLES_FOR_MS_MAX = 60 * 60_000;
export const RESULTS_MAX = 5_000;

/**
 * Merges new results into those that are kept: newest first, each once (an agent measures a check once at an
 * instant), none from before `sinceMs`, and at most `RESULTS_MAX`.
 */
export function mergeResults(kept: ProbeResult[], received: ProbeResult[], sinceMs: number): ProbeResult[] {
  const byKey = new Map<string, ProbeResult>();
  for (const result of [...kept, ...received]) byKey.set(`${result.at} ${result.agentId} ${result.check}`, result);
  return [...byKey.values()]
    .filter((result) => Date.parse(result.at) >= sinceMs)
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
