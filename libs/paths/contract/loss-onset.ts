/** Probes of one hop, in some rounds. */
export interface HopCount {
  sent: number;
  lost: number;
}

/** Where loss begins. */
export interface LossOnset {
  /** Number of the first hop that it affects, from 1. */
  hop: number;
  /** Loss from there on, over all hops that it affects. */
  lossPercent: number;
  /** Rounds in which a probe was lost there or later. */
  rounds: number;
  /** The target answers nothing: `hop` is the first one without any answer. */
  terminal: boolean;
}

/** Rounds of ten in which loss must show. */
export const ONSET_ROUNDS = 3;
const ONSET_SHARE = 0.3;
/** Ten probes per hop cannot show less. */
const ONSET_LOSS_MIN = 0.1;
/** Loss of a path that works. */
const USUAL_LOSS = 0.002;
/** A hop that loses this significantly more than the hops behind it limits its own answers. */
const LIMITER_P = 0.01;
const PERCENT = 100;

/**
 * Returns at which hop loss begins, if the last one, the target, loses probes at all: what arrives there was lost nowhere. The numbers of lost
 * probes differ from hop to hop by chance, so no single hop decides:
 *
 *     hop      1   2   3   4   5   6   7   target
 *     lost     0   0   9   0   2   4   3   3        of 10 each
 *                      └─ limits its answers: the hops behind it lose far less
 *              usual loss ──┤ loss of 12/40: the most likely division into two
 *
 * `lostFrom(hop)` is the number of rounds in which a probe with this hop limit or a larger one was lost, at any of the given hops.
 */
export function findOnset(
  counts: readonly HopCount[],
  rounds: number,
  lostFrom: (hops: readonly number[]) => number,
): LossOnset | null {
  if ((counts.at(-1)?.lost ?? 0) === 0) return null;
  const kept = withoutLimiters(counts);
  const begin = mostLikelyBegin(kept.map((hop) => counts[hop]));
  const affected = kept.slice(begin);
  const { sent, lost } = sumOf(affected.map((hop) => counts[hop]));
  const lostRounds = lostFrom(affected);
  if (lost < ONSET_LOSS_MIN * sent || lostRounds < Math.max(ONSET_ROUNDS, ONSET_SHARE * rounds)) return null;
  return { hop: affected[0] + 1, lossPercent: (PERCENT * lost) / sent, rounds: lostRounds, terminal: false };
}

/** Returns the hops that do not limit their own answers, the target included, in order. */
function withoutLimiters(counts: readonly HopCount[]): number[] {
  const kept: number[] = [];
  let behind: HopCount = { sent: 0, lost: 0 };
  let cleanest: HopCount = { sent: 0, lost: 0 };
  for (let hop = counts.length - 1; hop >= 0; hop--) {
    const count = counts[hop];
    // A hop that never answers is no evidence, unless it is the target.
    if (kept.length > 0 && (count.lost === count.sent || isLossier(count, behind) || isLossier(count, cleanest)))
      continue;
    kept.unshift(hop);
    behind = sumOf([behind, count]);
    if (cleanest.sent === 0 || count.lost * cleanest.sent <= cleanest.lost * count.sent) cleanest = count;
  }
  return kept;
}

/** Returns from which hop on a common loss, and none but the usual one before, makes the counts most likely. */
function mostLikelyBegin(counts: readonly HopCount[]): number {
  let best = 0;
  let bestLog = -Infinity;
  let before = 0;
  for (let begin = 0; begin < counts.length; begin++) {
    const { sent, lost } = sumOf(counts.slice(begin));
    const log = before + logLikelihood({ sent, lost }, lost / sent);
    if (log > bestLog) {
      best = begin;
      bestLog = log;
    }
    before += logLikelihood(counts[begin], USUAL_LOSS);
  }
  return best;
}

function logLikelihood({ sent, lost }: HopCount, loss: number): number {
  const part = (count: number, share: number): number => (count === 0 ? 0 : count * Math.log(share));
  return part(lost, loss) + part(sent - lost, 1 - loss);
}

function sumOf(counts: readonly HopCount[]): HopCount {
  let sent = 0;
  let lost = 0;
  for (const count of counts) {
    sent += count.sent;
    lost += count.lost;
  }
  return { sent, lost };
}

/** Whether a hop loses more than those behind it: Fisher's exact test, one-sided. */
function isLossier(hop: HopCount, behind: HopCount): boolean {
  if (hop.lost * behind.sent <= behind.lost * hop.sent) return false;
  const lost = hop.lost + behind.lost;
  const total = logChoose(hop.sent + behind.sent, lost);
  let p = 0;
  for (let k = hop.lost; k <= Math.min(hop.sent, lost); k++) {
    if (lost - k > behind.sent) continue;
    p += Math.exp(logChoose(hop.sent, k) + logChoose(behind.sent, lost - k) - total);
  }
  return p < LIMITER_P;
}

const logFactorials: number[] = [0];

function logChoose(n: number, k: number): number {
  for (let at = logFactorials.length; at <= n; at++) logFactorials.push(logFactorials[at - 1] + Math.log(at));
  return logFactorials[n] - logFactorials[k] - logFactorials[n - k];
}
