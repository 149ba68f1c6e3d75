import { type HistoryPoint, isConfirming, isVote, OUTCOME } from '@icmp-mon/probing/contract';
import type { RttHistogram, SeriesSamples } from '@icmp-mon/probing/wire';

/** Counters of a window besides its histogram. All are additive except minimum and maximum. */
export interface WindowCounters {
  /** Probes with evidence about the target: replied + lost. */
  sent: number;
  replied: number;
  lost: number;
  /** Probes without evidence about the target: never sent, or the executor failed. */
  notSent: number;
  /** 0 without a reply, like the next four. */
  rttMinUs: number;
  rttMaxUs: number;
  rttSumUs: number;
  /** Sum of the differences of successive rtts of the same agent; `jitterCount` is their number. */
  jitterSumUs: number;
  jitterCount: number;
}

export function emptyCounters(): WindowCounters {
  return {
    sent: 0,
    replied: 0,
    lost: 0,
    notSent: 0,
    rttMinUs: 0,
    rttMaxUs: 0,
    rttSumUs: 0,
    jitterSumUs: 0,
    jitterCount: 0,
  };
}

/**
 * Returns the counters of samples sorted by agent and time (as decoded); adds their rtts to the histogram. Confirming probes are left out:
 * they follow a miss, so they would raise the loss of each target that loses a packet.
 */
export function summarizeSamples(samples: SeriesSamples, histogram: RttHistogram): WindowCounters {
  const counters = emptyCounters();
  const { count, agentNo, outcome, rttUs, details } = samples;
  let previousAgentNo = 0;
  let previousRttUs = 0;
  for (let at = 0; at < count; at++) {
    if (details.size > 0 && isConfirming(details.get(at))) continue;
    if (!isVote(outcome[at])) {
      counters.notSent++;
      continue;
    }
    counters.sent++;
    if (outcome[at] !== OUTCOME.reply) {
      counters.lost++;
      continue;
    }
    const value = rttUs[at];
    counters.rttMinUs = counters.replied === 0 ? value : Math.min(counters.rttMinUs, value);
    counters.rttMaxUs = Math.max(counters.rttMaxUs, value);
    counters.rttSumUs += value;
    counters.replied++;
    histogram.add(value);
    if (agentNo[at] === previousAgentNo) {
      counters.jitterSumUs += Math.abs(value - previousRttUs);
      counters.jitterCount++;
    }
    previousAgentNo = agentNo[at];
    previousRttUs = value;
  }
  return counters;
}

/** Returns the counters of two disjoint sets of samples, without the jitter between the two. */
export function mergeCounters(a: WindowCounters, b: WindowCounters): WindowCounters {
  return {
    sent: a.sent + b.sent,
    replied: a.replied + b.replied,
    lost: a.lost + b.lost,
    notSent: a.notSent + b.notSent,
    rttMinUs: a.replied === 0 ? b.rttMinUs : b.replied === 0 ? a.rttMinUs : Math.min(a.rttMinUs, b.rttMinUs),
    rttMaxUs: Math.max(a.rttMaxUs, b.rttMaxUs),
    rttSumUs: a.rttSumUs + b.rttSumUs,
    jitterSumUs: a.jitterSumUs + b.jitterSumUs,
    jitterCount: a.jitterCount + b.jitterCount,
  };
}

/** Returns the window as the API represents it. */
export function historyPoint(
  startMs: number,
  windowMs: number,
  counters: WindowCounters,
  histogram: RttHistogram,
): HistoryPoint {
  const { sent, replied, lost, notSent, rttMinUs, rttMaxUs, rttSumUs, jitterSumUs, jitterCount } = counters;
  const quantileUs = (q: number): number | null => {
    const value = histogram.quantileUs(q);
    return value === null ? null : Math.min(rttMaxUs, Math.max(rttMinUs, value));
  };
  return {
    at: new Date(startMs).toISOString(),
    windowMs,
    sent,
    lost,
    notSent,
    lossRatio: sent === 0 ? null : lost / sent,
    rttMinUs: replied === 0 ? null : rttMinUs,
    rttAvgUs: replied === 0 ? null : Math.round(rttSumUs / replied),
    rttP10Us: quantileUs(0.1),
    rttP25Us: quantileUs(0.25),
    rttP50Us: quantileUs(0.5),
    rttP75Us: quantileUs(0.75),
    rttP90Us: quantileUs(0.9),
    rttP95Us: quantileUs(0.95),
    rttP99Us: quantileUs(0.99),
    rttMaxUs: replied === 0 ? null : rttMaxUs,
    jitterUs: jitterCount === 0 ? null : Math.round(jitterSumUs / jitterCount),
  };
}
