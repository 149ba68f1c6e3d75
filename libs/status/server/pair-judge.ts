import { isConfirming, isSuccess, isVote } from '@icmp-mon/probing/contract';
import type { PolicyEntry, ResultBatch } from '@icmp-mon/shard/engine';
import { F64, F64_STRIDE, ROW_BYTES, U16, U16_STRIDE, U32, U32_STRIDE, U8 } from './pair-row';
import type { PairTable } from './pair-table';
import { TREND } from './trends/trend-row';
import { judgeProbe, VERDICT } from './verdict';

/** Columns of a batch that judge a pair. */
type JudgedColumns = Pick<ResultBatch, 'outcome' | 'sampleMs' | 'policy' | 'details' | 'rttUs'>;

/**
 * Applies one more result of a pair, which must not be older than its last one, and updates its verdict.
 *
 *     vote ──▶ misses and replies in a row ──▶ up, down ──┐
 *      └─ of a regular round ──▶ trend ──▶ slow, lossy ───┴──▶ up and slow or lossy: degraded
 */
export function judgeResult(pairs: PairTable, slot: number, batch: JudgedColumns, row: number, ageMs: number): void {
  const { f64, u16, u32, u8 } = pairs.rows;
  const row8 = slot * ROW_BYTES;
  const row16 = slot * U16_STRIDE;
  const row64 = slot * F64_STRIDE;
  const outcome = batch.outcome[row];
  const sampleMs = batch.sampleMs[row];
  const policy = batch.policy[row];
  const trendBefore = pairs.trends.trend(slot);
  const silentMs = sampleMs - f64[row64 + F64.lastSampleMs];
  if (silentMs > u32[slot * U32_STRIDE + U32.staleAfterMs]) pairs.trends.forgetRounds(slot);
  f64[row64 + F64.lastSampleMs] = sampleMs;
  f64[row64 + (isVote(outcome) ? F64.lastVoteAgeMs : F64.lastNotSentAgeMs)] = ageMs;
  const isReply = isSuccess(outcome);
  if (isReply) f64[row64 + F64.lastSuccessMs] = sampleMs;
  const confirms = batch.details.size > 0 && isConfirming(batch.details.get(row));
  // Where misses come in runs, a burst would only confirm the run: its misses do not count.
  if (confirms && !isReply && pairs.trends.losesInRuns(slot)) return;
  const verdict = u8[row8 + U8.verdict];
  const before = {
    verdict: verdict === VERDICT.degraded ? VERDICT.up : verdict,
    missesInRow: u16[row16 + U16.missesInRow],
    successesInRow: u16[row16 + U16.successesInRow],
    notSentInRow: u16[row16 + U16.notSentInRow],
  };
  const after = judgeProbe(before, outcome, policy);
  u16[row16 + U16.missesInRow] = after.missesInRow;
  u16[row16 + U16.successesInRow] = after.successesInRow;
  u16[row16 + U16.notSentInRow] = after.notSentInRow;
  if (!isVote(outcome)) return;
  if ((isReply ? before.successesInRow : before.missesInRow) === 0) pairs.trends.noteRunBegan(slot, sampleMs);
  if (after.verdict !== before.verdict) noteTurn(pairs, slot, after.verdict, policy);
  if (!confirms) noteRound(pairs, slot, after.verdict, isReply ? batch.rttUs[row] : null, sampleMs, policy);
  const isDegraded = after.verdict === VERDICT.up && pairs.trends.trend(slot) !== 0;
  const now = isDegraded ? VERDICT.degraded : after.verdict;
  if (now === verdict) return;
  u8[row8 + U8.verdict] = now;
  f64[row64 + F64.verdictSinceMs] = beganMs(pairs, slot, { from: verdict, to: now, trendBefore }, sampleMs, policy);
}

/** Adds a regular round to the trend; `rttUs` is null for a miss. While a pair is down its rounds do not count. */
function noteRound(
  { trends }: PairTable,
  slot: number,
  verdict: number,
  rttUs: number | null,
  sampleMs: number,
  policy: PolicyEntry,
): void {
  if (verdict === VERDICT.down) return;
  if (rttUs === null) trends.noteMiss(slot, policy);
  else trends.noteReply(slot, sampleMs, rttUs, policy);
}

function noteTurn({ trends }: PairTable, slot: number, verdict: number, policy: PolicyEntry): void {
  if (verdict === VERDICT.down) trends.noteDown(slot);
  else trends.noteRecovered(slot, policy);
}

/**
 * Returns when a verdict began, by the send time of the first result that led to it: the first of the misses, or replies, in a row, or the
 * first round that was lost, slow, or calm again. `trendBefore` is the trend before the result.
 */
function beganMs(
  { trends }: PairTable,
  slot: number,
  turn: { from: number; to: number; trendBefore: number },
  sampleMs: number,
  policy: PolicyEntry,
): number {
  const begins = turn.from === VERDICT.up && turn.to === VERDICT.degraded;
  const calmsDown = turn.from === VERDICT.degraded && turn.to === VERDICT.up && (turn.trendBefore & TREND.slow) !== 0;
  if (begins || calmsDown) return trends.beganMs(slot, sampleMs, policy);
  return trends.runBeganMs(slot) || sampleMs;
}
