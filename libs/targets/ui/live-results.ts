import type { ProbeResult } from '@icmp-mon/probing/contract';

/** Time span of the single results on the page when its range is too long for a chart of single results, ms. */
export const LIVE_FOR_MS = 15 * 60_000;
/** Longest span drawn from single results, ms; longer spans are drawn from windows only. */
export const SINGLES_FOR_MS_MAX = 60 * 60_000;
export const RESULTS_MAX = 5_000;

/**
 * Merges new results into the kept ones: newest first, without duplicates (an agent measures a check once per instant), none from before
 * `sinceMs`, and at most `RESULTS_MAX`.
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
  timeout: 'timeout',
  not_sent: 'not sent (the agent could not send the probe)',
  unreachable: 'unreachable (ICMP error)',
  refused: 'refused',
  error: 'executor error',
  mismatch: 'mismatch (answered, but not as the check demands)',
};

/** Returns the text of an outcome. */
export function outcomeText(outcome: ProbeResult['outcome']): string {
  return OUTCOMES[outcome] ?? outcome;
}

/** Returns the text of the outcome of a result, and whether it is judged. */
export function resultText({
  outcome,
  notBelieved,
  late,
}: Pick<ProbeResult, 'outcome' | 'notBelieved' | 'late'>): string {
  if (notBelieved !== undefined) return `${outcome === 'error' ? 'no data' : outcomeText(outcome)} (not judged)`;
  return `${outcomeText(outcome)}${late === true ? ' (late)' : ''}`;
}

/** Returns whether the outcome is a loss: the probe was sent and the target did not reply. */
export function isLoss(outcome: ProbeResult['outcome']): boolean {
  return outcome !== 'reply' && outcome !== 'not_sent' && outcome !== 'error';
}
