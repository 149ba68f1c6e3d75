import type { PolicyEntry } from '@icmp-mon/shard/engine';
import { latencyLimits, type LatencyLimits, medianOfThree, tierLatencyLimits } from './latency-rule';
import { TREND, TREND_BYTES, TREND_F64, TREND_F64_STRIDE, TREND_U32, TREND_U32_STRIDE, TREND_U8 } from './trend-row';
import type { TrendRows } from './trend-rows';

/** Number of round trips in a row below the limit that end slowness. */
const CALM_ROUND_TRIPS = 3;

/** Adds the round trip of a round. */
export function addRoundTrip(
  rows: TrendRows,
  slot: number,
  sampleMs: number,
  rttUs: number,
  policy: PolicyEntry,
): void {
  const { u8, u32 } = rows;
  const row32 = slot * TREND_U32_STRIDE;
  const second = u32[row32 + TREND_U32.lastRttUs];
  const third = u32[row32 + TREND_U32.secondRttUs];
  u32[row32 + TREND_U32.lastRttUs] = rttUs;
  u32[row32 + TREND_U32.secondRttUs] = second;
  u32[row32 + TREND_U32.thirdRttUs] = third;
  if ((u8[slot * TREND_BYTES + TREND_U8.trend] & TREND.slow) !== 0) {
    endSlowness(rows, slot, sampleMs, rttUs, policy);
    return;
  }
  const slowAboveUs = u32[row32 + TREND_U32.slowAboveUs];
  if (rttUs <= slowAboveUs && second <= slowAboveUs && third <= slowAboveUs) return;
  if (second <= slowAboveUs && third <= slowAboveUs) {
    rows.f64[slot * TREND_F64_STRIDE + TREND_F64.sideBeganMs] = sampleMs;
  }
  const medianUs = medianOfThree(rttUs, second, third);
  if (third === 0 || medianUs <= slowAboveUs) return;
  u32[row32 + TREND_U32.decidingRttUs] = medianUs;
  u8[slot * TREND_BYTES + TREND_U8.trend] |= TREND.slow;
  u8[slot * TREND_BYTES + TREND_U8.calmRounds] = 0;
}

function endSlowness(rows: TrendRows, slot: number, sampleMs: number, rttUs: number, policy: PolicyEntry): void {
  const { f64, u8 } = rows;
  const row8 = slot * TREND_BYTES;
  const isCalm = rttUs < limitsOf(rows, slot, policy).calmBelowUs;
  const calmRounds = isCalm ? u8[row8 + TREND_U8.calmRounds] + 1 : 0;
  if (calmRounds === 1) f64[slot * TREND_F64_STRIDE + TREND_F64.sideBeganMs] = sampleMs;
  u8[row8 + TREND_U8.calmRounds] = calmRounds % CALM_ROUND_TRIPS;
  if (calmRounds === CALM_ROUND_TRIPS) u8[row8 + TREND_U8.trend] &= ~TREND.slow;
}

/** Returns the limits that apply: those of the pair or its region if they are known, otherwise those of the tier. */
export function limitsOf(rows: TrendRows, slot: number, { degraded }: PolicyEntry): LatencyLimits {
  const row32 = slot * TREND_U32_STRIDE;
  const medianUs = rows.u32[row32 + TREND_U32.medianUs];
  return rows.isKnown(slot) && medianUs > 0
    ? latencyLimits({ medianUs, spreadUs: rows.u32[row32 + TREND_U32.spreadUs] })
    : tierLatencyLimits(degraded?.latencyMs);
}
