/** Numbers of latest rounds that are tested for loss, in this order. */
export const LOSS_WINDOWS = [10, 20, 30, 60] as const;
const WINDOW_MAX = 60;

/** A window is lossy if chance alone, at the loss that is normal, has a probability below this. */
const CHANCE_MAX = 1e-7;
/** Smallest loss that counts as normal, in millionths: a pair that never lost anything may lose a packet now and then. */
export const LOSS_FLOOR_PPM_MIN = 5_000;
/** Normal losses are rounded up to this step, in millionths, so that there are few different tests. */
const FLOOR_STEP_PPM = 1_000;
const FLOOR_STEPS = 1_000_000 / FLOOR_STEP_PPM;

/** Losses required, by step of the normal loss and number of rounds; 0: not yet computed. */
const required = new Uint8Array((FLOOR_STEPS + 1) * (WINDOW_MAX + 1));

/**
 * Returns how many of `rounds` (1 to 60) must be lost to be more than chance at a normal loss of `floorPpm`: the smallest number for which
 * the binomial tail is below 1e-7, or `rounds` + 1 if not even all would suffice. A normal loss below 0.5 % counts as 0.5 %.
 */
export function requiredLosses(rounds: number, floorPpm: number): number {
  const step = Math.min(FLOOR_STEPS, Math.ceil(Math.max(floorPpm, LOSS_FLOOR_PPM_MIN) / FLOOR_STEP_PPM));
  const at = step * (WINDOW_MAX + 1) + rounds;
  if (required[at] === 0) required[at] = smallestUnlikely(rounds, step / FLOOR_STEPS);
  return required[at];
}

/**
 * The exact tail P(X ≥ k) for X ~ Binomial(n, p), summed from k = n downwards, so that the small terms come first. Only products and sums: any
 * process computes the same bits.
 */
function smallestUnlikely(n: number, p: number): number {
  if (p >= 1) return n + 1;
  const odds = (1 - p) / p;
  let term = 1;
  for (let trial = 0; trial < n; trial++) term *= p;
  let tail = 0;
  for (let k = n; k >= 1; k--) {
    tail += term;
    if (tail >= CHANCE_MAX) return k + 1;
    // P(X = k - 1) = P(X = k) · k / (n - k + 1) · (1 - p) / p
    term *= (k / (n - k + 1)) * odds;
  }
  return 1;
}

/** The latest 64 rounds of a pair: bit 0 of `recent` is the last one, bit 0 of `older` the one 32 rounds before; 1 is a miss. */
export interface Rounds {
  recent: number;
  older: number;
  /** Number of rounds that are known, up to 64. */
  count: number;
}

/** Losses among the latest rounds. */
export interface LossCount {
  lost: number;
  of: number;
}

/** Returns the misses among the latest `rounds` (1 to 63). */
export function lossesIn({ recent, older }: Rounds, rounds: number): number {
  if (rounds <= 32) return bitsOf(rounds === 32 ? recent : recent & ((1 << rounds) - 1));
  return bitsOf(recent) + bitsOf(older & ((1 << (rounds - 32)) - 1));
}

/** Returns the number of bits that are set in 32 bits. */
function bitsOf(word: number): number {
  const pairs = word - ((word >>> 1) & 0x5555_5555);
  const nibbles = (pairs & 0x3333_3333) + ((pairs >>> 2) & 0x3333_3333);
  return Math.imul((nibbles + (nibbles >>> 4)) & 0x0f0f_0f0f, 0x0101_0101) >>> 24;
}

/** Normal loss of a pair: the share in millionths, and the mean number of misses in a row in hundredths. */
export interface NormalLoss {
  floorPpm: number;
  meanRunCenti: number;
}

/**
 * Returns the first window with more losses than chance explains, or null. Losses come in runs, so that they are no independent trials: rounds
 * and losses are first divided by the mean run of the pair's misses.
 */
export function lossyWindow(rounds: Rounds, { floorPpm, meanRunCenti }: NormalLoss): LossCount | null {
  const run = Math.max(100, meanRunCenti);
  for (const of of LOSS_WINDOWS) {
    if (of > rounds.count) return null;
    const lost = lossesIn(rounds, of);
    const trials = Math.ceil((of * 100) / run);
    if (Math.floor((lost * 100) / run) >= requiredLosses(trials, floorPpm)) return { lost, of };
  }
  return null;
}

/** Returns the losses of the longest window if they reach the tier's limit, or null: used while nothing is known of the pair. */
export function lossyByPercent(rounds: Rounds, percent: number): LossCount | null {
  if (rounds.count < WINDOW_MAX) return null;
  const lost = lossesIn(rounds, WINDOW_MAX);
  return lost * 100 >= percent * WINDOW_MAX ? { lost, of: WINDOW_MAX } : null;
}

/** Number of latest rounds in which a lossy pair has to be calm. Older rounds are forgotten then, so that they make it lossy no more. */
export const CALM_ROUNDS = 30;

/**
 * Returns how many losses in the latest `CALM_ROUNDS` end the loss: a third of the losses that make a pair lossy, at least 1. `floorPpm` may be the
 * limit of a tier, where `CALM_ROUNDS` would need one in ten lost.
 */
export function calmLosses(floorPpm: number): number {
  return Math.max(1, Math.floor(requiredLosses(CALM_ROUNDS, floorPpm) / 3));
}
