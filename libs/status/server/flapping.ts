import type { Judgement } from './consensus';

/** Penalty of one change between answering and down. */
const CHANGE_PENALTY = 1_000;
/** Penalty from which on a target flaps, and below which it no longer does. */
const FLAPS_FROM = 3_000;
const FLAPS_UNTIL = 1_000;
/** Highest penalty: a target that becomes stable is marked for 36 min at most, regardless of how long it flapped before. */
const PENALTY_MAX = 12_000;
/** A change that finds less than half a change left of the penalty begins a new run: the last change was 10 min ago. */
const RUN_FROM = CHANGE_PENALTY / 2;

/** Fixed point of penalties and factors: exact in doubles, and the same on every machine. */
const PENALTY_SCALE = 1_000;
const FACTOR_SCALE = 2 ** 24;
/** By n: what is left of a penalty after 2^n seconds with a half-life of 600 s, in units of 1 / FACTOR_SCALE. */
const DECAY = [
  16_757_845, 16_738_497, 16_699_868, 16_622_876, 16_469_956, 16_168_322, 15_581_527, 14_471_054, 12_481_892, 9_286_263,
  5_139_987, 1_574_723, 147_805, 1_302,
];
/** After this many seconds nothing is left. */
const DECAY_S_MAX = 2 ** DECAY.length - 1;

type Side = 'answers' | 'down';

/** How often one target changed between answering and down. Ages are ages of the shard in ms. */
export interface FlapState {
  /** The last side that was known: a target that is unknown in between changes only if it was on the other side before. */
  side: Side;
  /** Penalty at `ageMs`, in thousandths. */
  penalty: number;
  ageMs: number;
  /** Time of the first change of the run in ms since 1970, and number of its changes. */
  sinceMs: number;
  changes: number;
  /** Set while the target flaps: the age at which it no longer does, unless it changes again. */
  untilAgeMs?: number;
}

/** Mark of a target that flaps, as readers see it. */
export interface FlappingMark {
  sinceMs: number;
  changes: number;
}

/**
 * Returns the state after a change of the status, or after a time without one.
 *
 * Each change between answering and down adds 1,000 to a penalty, whose half-life is 10 min. The target flaps from 3,000 on until the
 * penalty is below 1,000. Unknown, and degraded because agents disagree, are on neither side.
 */
export function flapAfter(
  state: FlapState | undefined,
  { before, after, atMs, ageMs }: { before: Judgement; after: Judgement; atMs: number; ageMs: number },
): FlapState | undefined {
  const known = state ?? initialState(before, ageMs);
  const side = sideOf(after);
  const left = known ? penaltyAt(known, ageMs) : 0;
  if (!known || side === null) return ended(known, ageMs);
  // A state without a penalty is kept only while the side does not follow from the status.
  if (side === known.side) return left === 0 && known.untilAgeMs === undefined ? undefined : ended(known, ageMs);
  const isNewRun = left < RUN_FROM * PENALTY_SCALE && known.untilAgeMs === undefined;
  const penalty = Math.min(left + CHANGE_PENALTY * PENALTY_SCALE, PENALTY_MAX * PENALTY_SCALE);
  const flaps = known.untilAgeMs !== undefined || penalty >= FLAPS_FROM * PENALTY_SCALE;
  const next: FlapState = {
    ...{ side, penalty, ageMs },
    sinceMs: isNewRun ? atMs : known.sinceMs,
    changes: isNewRun ? 1 : known.changes + 1,
  };
  return flaps ? { ...next, untilAgeMs: ageMs + stableAfterS(penalty) * 1_000 } : next;
}

/** Returns the mark that a state shows; null while the target does not flap. */
export function markOf(state: FlapState | undefined): FlappingMark | null {
  return state?.untilAgeMs === undefined ? null : { sinceMs: state.sinceMs, changes: state.changes };
}

/**
 * Returns the state with the mark of a stored row, which readers have seen. If the state was lost, the penalty is the one with which
 * flapping begins.
 */
export function withMark(
  state: FlapState | undefined,
  mark: FlappingMark | null,
  judgement: Judgement,
  ageMs: number,
): FlapState | undefined {
  if (mark === null) return state && unmarked(state);
  if (state?.untilAgeMs !== undefined) return { ...state, ...mark };
  const penalty = FLAPS_FROM * PENALTY_SCALE;
  const side = state?.side ?? sideOf(judgement) ?? 'down';
  return { side, penalty, ageMs, ...mark, untilAgeMs: ageMs + stableAfterS(penalty) * 1_000 };
}

/** Ends flapping when its time has come; the run ends with it. */
function ended(state: FlapState | undefined, ageMs: number): FlapState | undefined {
  if (state?.untilAgeMs === undefined || ageMs < state.untilAgeMs) return state;
  return { ...unmarked(state), penalty: 0, ageMs, sinceMs: 0, changes: 0 };
}

function unmarked({ untilAgeMs: _until, ...state }: FlapState): FlapState {
  return state;
}

function initialState(before: Judgement, ageMs: number): FlapState | undefined {
  const side = sideOf(before);
  return side === null ? undefined : { side, penalty: 0, ageMs, sinceMs: 0, changes: 0 };
}

function sideOf({ status, reason }: Judgement): Side | null {
  if (status === 'down') return 'down';
  if (status === 'up') return 'answers';
  return status === 'degraded' && (reason === 'lossy' || reason === 'slow' || reason === 'quorum_up')
    ? 'answers'
    : null;
}

/** Returns the penalty at an age of the shard, in thousandths. Counts whole seconds. */
function penaltyAt({ penalty, ageMs: fromMs }: FlapState, ageMs: number): number {
  return decayed(penalty, Math.max(0, Math.floor((ageMs - fromMs) / 1_000)));
}

/** Returns what is left of a penalty: penalty × 2^(−seconds / 600), rounded down at each factor. */
export function decayed(penalty: number, seconds: number): number {
  if (seconds > DECAY_S_MAX) return 0;
  let left = penalty;
  for (let bit = 0; bit < DECAY.length; bit++) {
    if ((seconds & (1 << bit)) !== 0) left = Math.floor((left * DECAY[bit]) / FACTOR_SCALE);
  }
  return left;
}

/** Returns after how many seconds the penalty is below the end of flapping. */
function stableAfterS(penalty: number): number {
  let [low, high] = [0, DECAY_S_MAX];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (decayed(penalty, middle) < FLAPS_UNTIL * PENALTY_SCALE) high = middle;
    else low = middle + 1;
  }
  return low;
}
