import type { RunningSlice } from './running-slice';
import type { ScheduledTarget } from './schedule';

/** Most targets of one slice: fping has 65,535 sequence numbers per 10 s. */
const SLICE_TARGETS_MAX = 60_000;
/** New targets are probed immediately, in slices of their own alongside the due ones: at least this many per slice. */
export const FRESH_SLICE_MS = 1_000;
const FRESH_PER_SLICE_MIN = 50;
const FRESH_SPACING_MS_MAX = 10;
/** A slice waits at most this share of its length for the one before. */
const WAIT_SHARE_MAX = 0.2;
/** Share of the length of a slice by which one that began late is shorter, and sends faster, to end in time. */
const CATCH_UP_SHARE_MAX = 0.09;
/** Slices wait for each other only if the policy allows this many times the planned packets per second. */
export const SPARE_FACTOR_MIN = 1 / (1 - CATCH_UP_SHARE_MAX);
/** While more executors than these are left, targets that were planned for different slices are not mixed. */
const EXECUTORS_SPARE = 2;

/** The part of a target that decides when its slice begins. */
export type DueTarget = Pick<ScheduledTarget, 'sliceMs' | 'dueAtMs'>;

/** Limits of what a slice takes from a queue. */
export interface SliceLimits {
  countMax: number;
  sliceMs: number;
  /** Null: evenly over `sliceMs`. */
  spacingMs: number | null;
  /** Only targets that were planned for one slice; null: any. */
  only: DueTarget | null;
}

/** Returns the next slice of new targets, where this many are probed per second. */
export function freshLimits(targetsPerSecond: number): SliceLimits {
  const countMax = Math.max(FRESH_PER_SLICE_MIN, Math.ceil(targetsPerSecond));
  const spacingMs = Math.min(FRESH_SPACING_MS_MAX, FRESH_SLICE_MS / countMax);
  return { countMax, sliceMs: FRESH_SLICE_MS, spacingMs, only: null };
}

export interface LaunchOptions {
  parallelMax: number;
  /** False where the policy allows hardly more than is planned: then it prevents bursts, and time in which nothing is sent is lost. */
  mayWait: boolean;
  nowMs: number;
  later: Map<number, number>;
}

/**
 * Returns the next slice of due targets to begin at `nowMs`; undefined if none may. Slices that wait for the one before are added to `later`,
 * by their length, with the time until which they wait.
 */
export function nextSlice(
  waiting: readonly ScheduledTarget[],
  running: ReadonlyMap<RunningSlice, unknown>,
  { parallelMax, mayWait, nowMs, later }: LaunchOptions,
): SliceLimits | undefined {
  if (running.size >= parallelMax) return undefined;
  for (const target of waiting) {
    if (later.has(target.sliceMs)) continue;
    const untilMs = mayWait ? waitUntilMs(target, running.keys()) : nowMs;
    if (untilMs > nowMs) {
      later.set(target.sliceMs, untilMs);
      continue;
    }
    const isMixed = running.size >= parallelMax - EXECUTORS_SPARE;
    const shortestMs = (least: number, { sliceMs }: DueTarget): number => Math.min(least, sliceMs);
    const sliceMs = isMixed ? waiting.reduce(shortestMs, Infinity) : target.sliceMs;
    return { countMax: SLICE_TARGETS_MAX, sliceMs, spacingMs: null, only: isMixed ? null : target };
  }
  return undefined;
}

/**
 * Returns until when a slice that is due waits, because the slice before it is late and still sends: otherwise both would send at the same time,
 * twice as fast as planned. It does not wait for what was planned to be sent by then, and not forever: on a machine that is always too busy only
 * several executors together send enough. In the past if it may begin.
 */
export function waitUntilMs({ sliceMs, dueAtMs }: DueTarget, running: Iterable<RunningSlice>): number {
  let untilMs = -Infinity;
  for (const before of running) {
    if (before.plan.sliceMs !== sliceMs || before.plan.dueAtMs >= dueAtMs) continue;
    untilMs = Math.max(untilMs, Math.min(before.untilMs, dueAtMs + before.lateMs));
  }
  return Math.min(untilMs, dueAtMs + sliceMs * WAIT_SHARE_MAX);
}

/** Returns how much time a slice that begins late has for sending, in ms: less than its length. */
export function sendingTimeMs(sliceMs: number, lateMs: number): number {
  return sliceMs - Math.min(Math.max(0, lateMs), sliceMs * CATCH_UP_SHARE_MAX);
}
