import { pairHash } from './hashes';

/** A target that an agent has: its key, and the packets per second that it costs. */
export interface Load {
  key: number;
  pps: number;
}

/** Targets that an agent admits: those whose hash is at least `threshold`. */
export interface Admission<T extends Load> {
  threshold: number;
  /** Packets per second of the targets that it keeps. */
  keptPps: number;
  /** Targets that it does not keep. */
  shed: T[];
}

/**
 * Threshold of an agent that is closed to targets of lost agents while other agents are open, and admits every other one. An agent that they
 * overload is closed before it sheds its own targets.
 */
export const CLOSED = 1;

/** Rates are sums of fractions, so a sum equal to the capacity may come out slightly higher. */
const TOLERANCE_PPS = 1e-6;

export function exceeds(pps: number, capacityPps: number): boolean {
  return pps > capacityPps + TOLERANCE_PPS;
}

/**
 * Returns the admission of an agent that has more targets than it can carry: it keeps those with the highest hashes that fit, and admits
 * none below the first that does not.
 *
 * A target prefers agents by the same hash by which an agent keeps targets. So the result is the deferred acceptance of Gale and Shapley
 * (1962): the same in any order in which targets arrive and agents fill up.
 */
export function admissionFor<T extends Load>(loads: readonly T[], seed: number, capacityPps: number): Admission<T> {
  const pairs = loads.map((load) => ({ load, hash: pairHash(load.key, seed) })).sort((a, b) => b.hash - a.hash);
  let keptPps = 0;
  let kept = 0;
  while (kept < pairs.length && !exceeds(keptPps + pairs[kept].load.pps, capacityPps)) {
    keptPps += pairs[kept++].load.pps;
  }
  if (kept === pairs.length) return { threshold: 0, keptPps, shed: [] };
  const threshold = pairs[kept].hash + 1;
  // Keys with equal hashes are kept or shed together.
  while (kept > 0 && pairs[kept - 1].hash < threshold) keptPps -= pairs[--kept].load.pps;
  return { threshold, keptPps, shed: pairs.slice(kept).map(({ load }) => load) };
}
