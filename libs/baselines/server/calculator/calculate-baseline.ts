import { BASELINE_LIMITS, type HoursLeftOut } from '@icmp-mon/baselines/contract';
import { PAIR_HOUR_FLAG } from '@icmp-mon/probing/wire';
import { isLossy, type Losses, lossFloorPpm } from './loss-floor';
import { type RttLevel, RttSum, spreadMinUs } from './rtt-level';

/** One hour of a pair, as `pair_hour` stores it. */
export interface HourOfPair {
  /** Start of the hour, ms since 1970. */
  hourMs: number;
  sent: number;
  lost: number;
  runs: number;
  flags: number;
  histogram: Uint8Array;
}

/** Usual round-trip times and losses of one pair of agent and target, in one check. */
export interface Baseline extends RttLevel {
  /** Upper 95 % bound of the loss, in millionths. */
  lossFloorPpm: number;
  /** Mean length of a run of missed rounds, in hundredths; 100 without losses. */
  meanRunCenti: number;
  /** Rounds in the hours used. */
  samples: number;
  hoursUsed: number;
  /** First and last hour used, ms since 1970. */
  fromMs: number;
  toMs: number;
  leftOut: HoursLeftOut;
  /** Whether it stays from an earlier calculation, because too few good hours are left. */
  isKept: boolean;
}

/** A lasting change of a pair's round-trip times, adopted as the new norm. */
export interface LevelShift {
  before: RttLevel;
  after: RttLevel;
  /** First hour at the new level, ms since 1970. */
  sinceMs: number;
}

export interface Calculated {
  /** Null while the pair has too few rounds, and had no baseline before. */
  baseline: Baseline | null;
  shift: LevelShift | null;
}

/** A level is left by more than this many spreads, by this part of the median, and by this time. The same as for a slow verdict. */
const OFF_SPREADS = 4;
const OFF_SHARE = 0.2;
const OFF_US = 5_000;
/** A new level is narrow if its spread is at most this many times that of the former level. */
const NARROW_SPREADS = 2;

const UNUSABLE = PAIR_HOUR_FLAG.bad | PAIR_HOUR_FLAG.maintenance | PAIR_HOUR_FLAG.isolated;
const sum = new RttSum();

/**
 * Returns the baseline of a pair from its hours of the last days and its former baseline. Pure; the order of the hours does not matter.
 *
 *     hours ──▶ without flags ──▶ latest 24, all off the former level, narrow? ──yes──▶ level shift: these are the norm
 *                    │                                              │ no
 *                    └──▶ neither off the former level nor lossy ──▶ latest 24, at least 6 ──▶ baseline
 *                                                                            │ fewer
 *                                                                            └──▶ the former baseline stays
 *
 * A pair without a former baseline is measured by all good hours that it has. A baseline of fewer than 6 hours is replaced by one of as many.
 */
export function calculateBaseline(hours: readonly HourOfPair[], former: Baseline | null): Calculated {
  const leftOut: HoursLeftOut = { outage: 0, maintenance: 0, isolated: 0, offLevel: 0, lossy: 0 };
  const usable = hours.filter((hour) => isUsable(hour, leftOut)).sort((a, b) => b.hourMs - a.hourMs);
  if (former === null) return { baseline: baselineOf(usable, leftOut), shift: null };
  const isOff = usable.map((hour) => isOffLevel(medianOf(hour), former));
  const shift = shiftOf(usable, isOff, former);
  if (shift !== null) {
    leftOut.offLevel = usable.length - BASELINE_LIMITS.hours;
    return { baseline: baselineOf(usable, leftOut), shift };
  }
  const good = usable.filter((hour, at) => {
    if (isOff[at]) leftOut.offLevel++;
    else if (isLossy(lossesOf([hour]), former.lossFloorPpm)) leftOut.lossy++;
    else return true;
    return false;
  });
  const needed = Math.min(BASELINE_LIMITS.hoursMin, former.hoursUsed);
  const baseline = good.length >= needed ? baselineOf(good, leftOut) : null;
  return { baseline: baseline ?? { ...former, leftOut, isKept: true }, shift: null };
}

function isUsable({ flags, sent, lost }: HourOfPair, leftOut: HoursLeftOut): boolean {
  if ((flags & PAIR_HOUR_FLAG.maintenance) !== 0) leftOut.maintenance++;
  else if ((flags & PAIR_HOUR_FLAG.isolated) !== 0) leftOut.isolated++;
  else if ((flags & UNUSABLE) !== 0 || lost === sent) leftOut.outage++;
  else return true;
  return false;
}

function medianOf({ histogram }: HourOfPair): number {
  sum.clear();
  sum.addHistogram(histogram);
  return sum.quantileUs(0.5);
}

/** Whether a median is off a level, in either direction. */
export function isOffLevel(medianUs: number, { medianUs: usualUs, spreadUs }: RttLevel): boolean {
  return Math.abs(medianUs - usualUs) > Math.max(OFF_SPREADS * spreadUs, OFF_SHARE * usualUs, OFF_US);
}

/** Returns the shift if the latest 24 usable hours are all at one narrow level off the former one, on the same side of it. */
function shiftOf(usable: readonly HourOfPair[], isOff: readonly boolean[], former: Baseline): LevelShift | null {
  const { hours } = BASELINE_LIMITS;
  if (usable.length < hours || isOff.slice(0, hours).includes(false)) return null;
  const latest = usable.slice(0, hours);
  const after = levelOf(latest);
  if (after.spreadUs > NARROW_SPREADS * Math.max(former.spreadUs, spreadMinUs(after.medianUs))) return null;
  if (latest.some((hour) => isOffLevel(medianOf(hour), after))) return null;
  const before = { medianUs: former.medianUs, spreadUs: former.spreadUs };
  return { before, after, sinceMs: latest[hours - 1].hourMs };
}

function levelOf(hours: readonly HourOfPair[]): RttLevel {
  sum.clear();
  for (const { histogram } of hours) sum.addHistogram(histogram);
  return sum.level();
}

function lossesOf(hours: readonly HourOfPair[]): Losses {
  let [sent, lost, runs] = [0, 0, 0];
  for (const hour of hours) {
    sent += hour.sent;
    lost += hour.lost;
    runs += hour.runs;
  }
  return { sent, lost, meanRun: runs === 0 ? 1 : lost / runs };
}

/** Returns the baseline of the latest hours; null for too few rounds. `hours` are sorted, latest first. */
function baselineOf(hours: readonly HourOfPair[], leftOut: HoursLeftOut): Baseline | null {
  const used = hours.slice(0, BASELINE_LIMITS.hours);
  const losses = lossesOf(used);
  if (losses.sent < BASELINE_LIMITS.samplesMin) return null;
  return {
    ...levelOf(used),
    lossFloorPpm: lossFloorPpm(losses),
    meanRunCenti: Math.min(0xffff, Math.round(losses.meanRun * 100)),
    samples: losses.sent,
    hoursUsed: used.length,
    fromMs: used[used.length - 1].hourMs,
    toMs: used[0].hourMs,
    leftOut,
    isKept: false,
  };
}
