import type { ProbeAttempt } from './agent-orders';

/** Probes of a command on one agent, summed up. Round trips in µs; null without a reply. */
export interface AttemptSummary {
  sent: number;
  replies: number;
  /** Share of probes without a reply, 0 to 1, of the sent ones. */
  loss: number;
  rttMinUs: number | null;
  rttMeanUs: number | null;
  rttMaxUs: number | null;
}

/** Outcomes that are no evidence about the target: the probe was not sent, or the executor failed. */
const UNSENT: readonly string[] = ['not_sent', 'error'];

/** Returns the sum of the attempts; null when none was sent. */
export function summaryOf(attempts: readonly ProbeAttempt[]): AttemptSummary | null {
  const sent = attempts.filter(({ outcome }) => !UNSENT.includes(outcome));
  if (sent.length === 0) return null;
  const rtts = sent.flatMap(({ outcome, rttUs }) => (outcome === 'reply' && rttUs !== null ? [rttUs] : []));
  const replies = sent.filter(({ outcome }) => outcome === 'reply').length;
  return {
    sent: sent.length,
    replies,
    loss: 1 - replies / sent.length,
    rttMinUs: rtts.length === 0 ? null : Math.min(...rtts),
    rttMeanUs: rtts.length === 0 ? null : Math.round(rtts.reduce((sum, rtt) => sum + rtt, 0) / rtts.length),
    rttMaxUs: rtts.length === 0 ? null : Math.max(...rtts),
  };
}
