import type { PolicyEntry } from '@icmp-mon/shard/engine';
import { addRoundTrip, limitsOf } from './latency-trend';
import { addRound, beginLoss, endLoss, forgetOutage, roundsSinceFirstLoss } from './loss-trend';
import {
  THRESHOLDS,
  TREND,
  TREND_BYTES,
  TREND_F64,
  TREND_F64_STRIDE,
  TREND_U16,
  TREND_U16_STRIDE,
  TREND_U32,
  TREND_U32_STRIDE,
  TREND_U8,
} from './trend-row';
import { TrendRows } from './trend-rows';

/** Fewest results on which thresholds of a pair itself are based. */
const SAMPLES_MIN = 24;
/** Mean number of misses in a row, in hundredths, from which on the misses of a pair come in runs. */
const RUNS_CENTI_MIN = 150;

/** Normal round trips and losses of one pair, as a record of thresholds contains them. */
export interface NormalPair {
  medianUs: number;
  spreadUs: number;
  lossFloorPpm: number;
  meanRunCenti: number;
  samples: number;
  ofRegion: boolean;
}

/** Why a pair that answers is degraded, and by which thresholds. */
export interface TrendCause {
  cause: 'slow' | 'lossy' | 'both';
  /** Owner of the thresholds: the pair, the agents of its region, or the tier because nothing is known. */
  by: 'pair' | 'region' | 'tier';
  /** Losses that made it lossy, of how many rounds; 0 if it is not. */
  lost: number;
  of: number;
  /** Median round trip that made it slow, in µs; 0 if it is not. */
  rttUs: number;
  /** Normal median and spread in µs, and normal loss in millionths; 0 if they are not known. */
  medianUs: number;
  spreadUs: number;
  lossFloorPpm: number;
}

/**
 * The latest rounds of each pair against what is normal for it; the slot is the row.
 *
 *     miss ──────▶ last 64 rounds ──▶ more than chance explains? ──▶ lossy ─┐
 *     reply, rtt ▶ last 3 rtts ─────▶ median above the limit? ─────▶ slow ──┴─▶ a pair that answers is degraded
 *
 * Invariants:
 * - Only regular rounds count: neither confirming probes, nor the misses of an outage, nor anything from before a silence.
 * - A reply within the limit of a pair without recent losses changes four numbers of one cache line.
 */
export class PairTrends {
  readonly rows = new TrendRows();

  /** Returns the bits of `TREND`; 0 for a pair that is neither slow nor lossy. */
  trend(slot: number): number {
    return this.rows.u8[slot * TREND_BYTES + TREND_U8.trend];
  }

  /** Whether the misses of the pair usually come in runs. */
  losesInRuns(slot: number): boolean {
    if (!this.rows.isKnown(slot)) return false;
    return this.rows.u16[slot * TREND_U16_STRIDE + TREND_U16.meanRunCenti] >= RUNS_CENTI_MIN;
  }

  /** Send time of the first of the latest results in a row that are all misses, or all replies; 0 if unknown. */
  runBeganMs(slot: number): number {
    return this.rows.f64[slot * TREND_F64_STRIDE + TREND_F64.runBeganMs];
  }

  noteRunBegan(slot: number, sampleMs: number): void {
    this.rows.f64[slot * TREND_F64_STRIDE + TREND_F64.runBeganMs] = sampleMs;
  }

  /** Adds a round that was answered; without a round trip if `rttUs` is 0. */
  noteReply(slot: number, sampleMs: number, rttUs: number, policy: PolicyEntry): void {
    addRound(this.rows, slot, 0);
    if (rttUs > 0) addRoundTrip(this.rows, slot, sampleMs, rttUs, policy);
    if ((this.trend(slot) & TREND.lossy) !== 0) endLoss(this.rows, slot, policy);
  }

  /** Adds a round that was missed by a pair that is not down. */
  noteMiss(slot: number, policy: PolicyEntry): void {
    addRound(this.rows, slot, 1);
    beginLoss(this.rows, slot, policy);
  }

  /** Forgets the misses of the outage that begins, and the round trips before it. */
  noteDown(slot: number): void {
    forgetOutage(this.rows, slot);
    this.clearFields(slot, RTT_FIELDS, [TREND_U8.trend, TREND_U8.calmRounds]);
  }

  /** Tests again whether a pair that recovered was lossy before its outage. */
  noteRecovered(slot: number, policy: PolicyEntry): void {
    beginLoss(this.rows, slot, policy);
  }

  /** Forgets the rounds: those before a silence must not be mixed with those after it. What is normal for the pair is kept. */
  forgetRounds(slot: number): void {
    const row64 = slot * TREND_F64_STRIDE;
    this.rows.f64[row64 + TREND_F64.runBeganMs] = this.rows.f64[row64 + TREND_F64.sideBeganMs] = 0;
    this.clearFields(slot, [TREND_U32.recentRounds, TREND_U32.olderRounds, ...RTT_FIELDS], ROUND_FIELDS);
  }

  private clearFields(slot: number, u32: readonly number[], u8: readonly number[]): void {
    for (const field of u32) this.rows.u32[slot * TREND_U32_STRIDE + field] = 0;
    for (const field of u8) this.rows.u8[slot * TREND_BYTES + field] = 0;
  }

  /** Returns when the current trend began: the send time of the first round that led to it, in ms since 1970. */
  beganMs(slot: number, sampleMs: number, { intervalMs }: PolicyEntry): number {
    const sideBeganMs = this.rows.f64[slot * TREND_F64_STRIDE + TREND_F64.sideBeganMs];
    if ((this.trend(slot) & TREND.lossy) !== 0) {
      // The times of rounds are not kept: the age of the first loss is a number of intervals.
      return sampleMs - roundsSinceFirstLoss(this.rows, slot) * intervalMs;
    }
    return sideBeganMs > 0 ? sideBeganMs : sampleMs;
  }

  /** Stores what is normal for the pair. Returns whether anything changed. */
  setNormal(slot: number, normal: NormalPair, policy: PolicyEntry): boolean {
    const { u8, u16, u32 } = this.rows;
    const row32 = slot * TREND_U32_STRIDE;
    const isKnown = normal.ofRegion || normal.samples >= SAMPLES_MIN;
    const thresholds = (isKnown ? THRESHOLDS.known : 0) | (normal.ofRegion ? THRESHOLDS.ofRegion : 0);
    const before = this.normalOf(slot);
    u32[row32 + TREND_U32.medianUs] = normal.medianUs;
    u32[row32 + TREND_U32.spreadUs] = normal.spreadUs;
    u32[row32 + TREND_U32.lossFloorPpm] = normal.lossFloorPpm;
    u16[slot * TREND_U16_STRIDE + TREND_U16.meanRunCenti] = normal.meanRunCenti;
    u8[slot * TREND_BYTES + TREND_U8.thresholds] = thresholds;
    this.setLimits(slot, policy);
    return this.normalOf(slot).some((value, at) => value !== before[at]);
  }

  private normalOf(slot: number): number[] {
    const { u8, u16, u32 } = this.rows;
    const row32 = slot * TREND_U32_STRIDE;
    const { medianUs, spreadUs, lossFloorPpm } = TREND_U32;
    return [
      ...[u32[row32 + medianUs], u32[row32 + spreadUs], u32[row32 + lossFloorPpm]],
      ...[u16[slot * TREND_U16_STRIDE + TREND_U16.meanRunCenti], u8[slot * TREND_BYTES + TREND_U8.thresholds]],
    ];
  }

  /** Must be called when the tier policy of the pair changed, and after a restore. */
  setLimits(slot: number, policy: PolicyEntry): void {
    this.rows.u32[slot * TREND_U32_STRIDE + TREND_U32.slowAboveUs] = limitsOf(this.rows, slot, policy).slowAboveUs;
  }

  /** Returns why the pair is degraded; null if it is not. */
  causeOf(slot: number): TrendCause | null {
    const { u8, u32 } = this.rows;
    const [row8, row32] = [slot * TREND_BYTES, slot * TREND_U32_STRIDE];
    const trend = this.trend(slot);
    if (trend === 0) return null;
    const [isSlow, isLossy] = [(trend & TREND.slow) !== 0, (trend & TREND.lossy) !== 0];
    const isKnown = this.rows.isKnown(slot);
    const isOfRegion = (u8[row8 + TREND_U8.thresholds] & THRESHOLDS.ofRegion) !== 0;
    return {
      cause: isSlow && isLossy ? 'both' : isSlow ? 'slow' : 'lossy',
      by: isKnown ? (isOfRegion ? 'region' : 'pair') : 'tier',
      lost: isLossy ? u8[row8 + TREND_U8.decidingLost] : 0,
      of: isLossy ? u8[row8 + TREND_U8.decidingRounds] : 0,
      rttUs: isSlow ? u32[row32 + TREND_U32.decidingRttUs] : 0,
      medianUs: isKnown ? u32[row32 + TREND_U32.medianUs] : 0,
      spreadUs: isKnown ? u32[row32 + TREND_U32.spreadUs] : 0,
      lossFloorPpm: isKnown ? u32[row32 + TREND_U32.lossFloorPpm] : 0,
    };
  }
}

const RTT_FIELDS = [TREND_U32.lastRttUs, TREND_U32.secondRttUs, TREND_U32.thirdRttUs];
const ROUND_FIELDS = [
  TREND_U8.rounds,
  TREND_U8.trend,
  TREND_U8.calmRounds,
  TREND_U8.decidingLost,
  TREND_U8.decidingRounds,
];
