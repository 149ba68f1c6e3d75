import type { PolicyEntry } from '@icmp-mon/shard/engine';
import { CALM_ROUNDS, calmLosses, lossesIn, type LossCount, lossyByPercent, lossyWindow } from './loss-windows';
import { TREND, TREND_BYTES, TREND_U16, TREND_U16_STRIDE, TREND_U32, TREND_U32_STRIDE, TREND_U8 } from './trend-row';
import type { TrendRows } from './trend-rows';

const ROUNDS_MAX = 64;
const PPM_PER_PERCENT = 10_000;

/** Adds a round to the latest 64 of a pair. */
export function addRound({ u8, u32 }: TrendRows, slot: number, miss: 0 | 1): void {
  const recentAt = slot * TREND_U32_STRIDE + TREND_U32.recentRounds;
  const olderAt = slot * TREND_U32_STRIDE + TREND_U32.olderRounds;
  const recent = u32[recentAt];
  const older = u32[olderAt];
  if ((recent | older | miss) !== 0) {
    u32[olderAt] = (older << 1) | (recent >>> 31);
    u32[recentAt] = (recent << 1) | miss;
  }
  const countAt = slot * TREND_BYTES + TREND_U8.rounds;
  if (u8[countAt] < ROUNDS_MAX) u8[countAt]++;
}

/** Makes a pair lossy if chance does not explain the misses of any window. */
export function beginLoss(rows: TrendRows, slot: number, policy: PolicyEntry): void {
  const row8 = slot * TREND_BYTES;
  if ((rows.u8[row8 + TREND_U8.trend] & TREND.lossy) !== 0) return;
  const found = lossCount(rows, slot, policy);
  if (!found) return;
  rows.u8[row8 + TREND_U8.trend] |= TREND.lossy;
  rows.u8[row8 + TREND_U8.decidingLost] = found.lost;
  rows.u8[row8 + TREND_U8.decidingRounds] = found.of;
}

function lossCount(rows: TrendRows, slot: number, { degraded }: PolicyEntry): LossCount | null {
  const rounds = rows.roundsOf(slot);
  if (rows.isKnown(slot)) {
    return lossyWindow(rounds, {
      floorPpm: rows.u32[slot * TREND_U32_STRIDE + TREND_U32.lossFloorPpm],
      meanRunCenti: rows.u16[slot * TREND_U16_STRIDE + TREND_U16.meanRunCenti],
    });
  }
  const lossPercent = degraded?.lossPercent ?? null;
  return lossPercent === null ? null : lossyByPercent(rounds, lossPercent);
}

/** Ends the loss of a pair that was calm for `CALM_ROUNDS`, and forgets the rounds before. */
export function endLoss(rows: TrendRows, slot: number, { degraded }: PolicyEntry): void {
  const floorPpm = rows.isKnown(slot)
    ? rows.u32[slot * TREND_U32_STRIDE + TREND_U32.lossFloorPpm]
    : (degraded?.lossPercent ?? 100) * PPM_PER_PERCENT;
  const { recent, older, count } = rows.roundsOf(slot);
  if (lossesIn({ recent, older, count }, CALM_ROUNDS) > calmLosses(floorPpm)) return;
  rows.u8[slot * TREND_BYTES + TREND_U8.trend] &= ~TREND.lossy;
  const calm = (recent & ((1 << CALM_ROUNDS) - 1)) >>> 0;
  rows.setRounds(slot, { recent: calm, older: 0, count: Math.min(count, CALM_ROUNDS) });
}

/** Forgets the misses with which an outage begins: they do not count as loss. */
export function forgetOutage(rows: TrendRows, slot: number): void {
  let { recent, older, count } = rows.roundsOf(slot);
  for (; (recent & 1) === 1; count--) {
    recent = ((recent >>> 1) | (older << 31)) >>> 0;
    older >>>= 1;
  }
  rows.setRounds(slot, { recent, older, count });
}

/** Returns how many rounds ago the oldest miss of the window was sent that made the pair lossy. */
export function roundsSinceFirstLoss(rows: TrendRows, slot: number): number {
  const { recent, older } = rows.roundsOf(slot);
  let age = rows.u8[slot * TREND_BYTES + TREND_U8.decidingRounds] - 1;
  while (age > 0 && ((age < 32 ? recent >>> age : older >>> (age - 32)) & 1) === 0) age--;
  return Math.max(0, age);
}
