import { PAIR_HOUR_FLAG, RttHistogram } from '@icmp-mon/probing/wire';
import type { HourOfPair } from './calculate-baseline';

export const HOUR_MS = 3_600_000;
const ROUNDS = 240;

export interface HourShape {
  rttUs: number;
  /** Largest distance of a round-trip time from `rttUs`. */
  jitterUs?: number;
  lossShare?: number;
  flags?: number;
}

/** Returns an hour of 240 rounds of a pair. */
export function hourOf(
  at: number,
  { rttUs, jitterUs = 300, lossShare = 0, flags = 0 }: HourShape,
  random: () => number,
): HourOfPair {
  const histogram = new RttHistogram();
  let [lost, runs, missing] = [0, 0, false];
  for (let round = 0; round < ROUNDS; round++) {
    const isMissed = random() < lossShare;
    if (isMissed) {
      lost++;
      if (!missing) runs++;
    } else histogram.add(Math.round(rttUs + (random() * 2 - 1) * jitterUs));
    missing = isMissed;
  }
  const bad = lost * 2 > ROUNDS ? PAIR_HOUR_FLAG.bad : 0;
  return { hourMs: at * HOUR_MS, sent: ROUNDS, lost, runs, flags: flags | bad, histogram: histogram.encodeBins() };
}
