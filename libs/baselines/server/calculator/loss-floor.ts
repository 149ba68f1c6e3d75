import { BASELINE_LIMITS } from '@icmp-mon/baselines/contract';

/** Quantile of the normal distribution for an upper bound of 95 %, on one side. */
const Z_95 = 1.6449;
const PPM = 1_000_000;
/** A loss is unusual when chance explains it with less than this probability. */
const CHANCE_MAX = 1e-7;

/** Missed rounds in many; `meanRun` is the mean length of a run of misses, at least 1. */
export interface Losses {
  sent: number;
  lost: number;
  meanRun: number;
}

/**
 * Returns the upper bound of the 95 % confidence interval of the loss, in millionths and within the limits: the Wilson score bound (E. B. Wilson,
 * "Probable inference", JASA 22, 1927), on one side. Unlike the normal approximation it is right for few losses and none (Brown, Cai and
 * DasGupta, "Interval estimation for a binomial proportion", Statistical Science 16, 2001). Losses come in runs: rounds and losses are divided
 * by the mean run, since a run is one event.
 */
export function lossFloorPpm({ sent, lost, meanRun }: Losses): number {
  const n = Math.max(1, sent / meanRun);
  const p = sent === 0 ? 0 : lost / sent;
  const z2 = Z_95 * Z_95;
  const upper = (p + z2 / (2 * n) + Z_95 * Math.sqrt((p * (1 - p)) / n + z2 / (4 * n * n))) / (1 + z2 / n);
  const { lossFloorPpmMin, lossFloorPpmMax } = BASELINE_LIMITS;
  return Math.min(lossFloorPpmMax, Math.max(lossFloorPpmMin, Math.round(upper * PPM)));
}

/**
 * Whether losses are too many to be chance at a loss floor. Uses the Chernoff bound of the binomial tail, P(X ≥ k) ≤ exp(-n·D(k/n ‖ p)), which is
 * never below the probability: an hour that is called lossy is.
 */
export function isLossy({ sent, lost, meanRun }: Losses, floorPpm: number): boolean {
  if (lost === 0) return false;
  const n = sent / meanRun;
  const share = lost / sent;
  const p = floorPpm / PPM;
  if (share <= p) return false;
  const divergence = share * Math.log(share / p) + (share < 1 ? (1 - share) * Math.log((1 - share) / (1 - p)) : 0);
  return n * divergence > -Math.log(CHANCE_MAX);
}
