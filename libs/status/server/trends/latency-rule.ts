/** Round trips of a pair as they usually are, in µs. */
export interface NormalLatency {
  medianUs: number;
  spreadUs: number;
}

/** Limits of round trips, in µs. */
export interface LatencyLimits {
  /** A pair is slow while the median of its last three round trips is above this. */
  slowAboveUs: number;
  /** A pair is slow no more when three round trips in a row are below this. */
  calmBelowUs: number;
}

/** No round trip is above this limit, and each is below. */
export const NO_LIMIT_US = 0xffff_ffff;

/** Least increase that counts, in µs. */
const INCREASE_US_MIN = 5_000;
/** A tier's limit has no spread: a pair is calm again below nine tenths of it. */
const TIER_CALM_PERCENT = 90;

/**
 * Returns the limits for a pair with the median m and spread s: slow above the highest of m + 4·s, 1.2·m and m + 5 ms; calm below m + 2·s.
 */
export function latencyLimits({ medianUs, spreadUs }: NormalLatency): LatencyLimits {
  const slowAboveUs = Math.max(medianUs + 4 * spreadUs, Math.floor(medianUs * 1.2), medianUs + INCREASE_US_MIN);
  return { slowAboveUs: Math.min(NO_LIMIT_US, slowAboveUs), calmBelowUs: medianUs + 2 * spreadUs };
}

/** Returns the limits that a tier sets for pairs of which nothing is known; `latencyMs` null is no limit. */
export function tierLatencyLimits(latencyMs: number | null | undefined): LatencyLimits {
  if (latencyMs === null || latencyMs === undefined) return { slowAboveUs: NO_LIMIT_US, calmBelowUs: NO_LIMIT_US };
  const slowAboveUs = Math.min(NO_LIMIT_US, latencyMs * 1_000);
  return { slowAboveUs, calmBelowUs: Math.floor((slowAboveUs * TIER_CALM_PERCENT) / 100) };
}

/** Returns the median of three numbers. */
export function medianOfThree(a: number, b: number, c: number): number {
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
}
