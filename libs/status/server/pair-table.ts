import type { TargetEntry } from '@icmp-mon/shard/engine';
import { FRESHNESS, staleAfterMs, warmUntilMs } from './freshness';
import { gatherColumns, type PairColumn, scatterColumns, type StoredColumn } from './pair-columns';
import { F64, F64_STRIDE, PairRows, ROW_BYTES, U16, U16_STRIDE, U32, U32_STRIDE, U8 } from './pair-row';
import { PairTrends } from './trends/pair-trends';
import { VERDICT } from './verdict';

export { FRESHNESS } from './freshness';

const INITIAL_ROWS = 64;

/**
 * State of each (target, agent, check) pair; the slot is the row. Ages are ages of the shard, times are ms since 1970, 0 means never.
 *
 * Invariants:
 * - `settledUntilMs` is never later than the age at which time alone changes the freshness, so a tick that skips a row misses no change.
 * - Ages come from the shard's log, never from a clock, so a replay gives the same table.
 */
export class PairTable {
  readonly targetOf: (TargetEntry | undefined)[] = [];
  readonly rows = new PairRows();
  readonly trends = new PairTrends();
  /** The shard's age up to which time alone changes no freshness: what a tick looks through instead of all rows. */
  private settledUntilMs = new Float64Array(0);

  constructor() {
    this.growRows(INITIAL_ROWS);
  }

  /** Starts a pair without a verdict, warming; nothing is known of what is normal for it. */
  assignPair(slot: number, target: TargetEntry, ageMs: number): void {
    const rows = this.rows.u8.length / ROW_BYTES;
    if (slot >= rows) this.growRows(Math.max(slot + 1, rows * 2));
    this.trends.rows.clearRow(slot);
    this.startWarming(slot, target, ageMs);
  }

  private startWarming(slot: number, target: TargetEntry, ageMs: number): void {
    this.rows.clearRow(slot);
    this.rows.u8[slot * ROW_BYTES + U8.verdict] = VERDICT.none;
    this.rows.u8[slot * ROW_BYTES + U8.standing] = FRESHNESS.warming;
    this.rows.f64[slot * F64_STRIDE + F64.assignedAgeMs] = ageMs;
    this.targetOf[slot] = target;
    this.settledUntilMs[slot] = 0;
  }

  /** Restarts the warm-up of a pair and drops its verdict; the time of its last reply, and what is normal for it, are kept. */
  warm(slot: number, ageMs: number): void {
    const target = this.targetOf[slot];
    if (!target) return;
    const lastSuccessMs = this.lastSuccessMs(slot);
    const [staleAt, warmAt] = [slot * U32_STRIDE + U32.staleAfterMs, slot * U32_STRIDE + U32.warmUntilMs];
    const { [staleAt]: staleAfterMs, [warmAt]: warmUntilMs } = this.rows.u32;
    this.startWarming(slot, target, ageMs);
    this.trends.forgetRounds(slot);
    this.rows.f64[slot * F64_STRIDE + F64.lastSuccessMs] = lastSuccessMs;
    this.rows.u32[staleAt] = staleAfterMs;
    this.rows.u32[warmAt] = warmUntilMs;
  }

  releasePair(slot: number): void {
    this.targetOf[slot] = undefined;
    this.settledUntilMs[slot] = Infinity;
  }

  /** Applies the tier policy of a target to its pairs. */
  setPolicyOf({ pairs, policy }: TargetEntry): void {
    if (!policy) return;
    for (const { slot } of pairs) {
      this.rows.u32[slot * U32_STRIDE + U32.staleAfterMs] = staleAfterMs(policy);
      this.rows.u32[slot * U32_STRIDE + U32.warmUntilMs] = warmUntilMs(policy);
      this.trends.setLimits(slot, policy);
      this.settledUntilMs[slot] = 0;
    }
  }

  verdict(slot: number): number {
    return this.rows.u8[slot * ROW_BYTES + U8.verdict];
  }

  freshness(slot: number): number {
    return this.rows.u8[slot * ROW_BYTES + U8.standing];
  }

  setFreshness(slot: number, freshness: number): void {
    this.rows.u8[slot * ROW_BYTES + U8.standing] = freshness;
    this.settledUntilMs[slot] = 0;
  }

  /** Visits the pairs whose freshness may be another at the shard's age given. */
  forEachDue(ageMs: number, visit: (slot: number, target: TargetEntry) => void): void {
    const { settledUntilMs, targetOf } = this;
    for (let slot = 0; slot < targetOf.length; slot++) {
      if (ageMs <= settledUntilMs[slot]) continue;
      const target = targetOf[slot];
      if (!target) continue;
      visit(slot, target);
      this.settledUntilMs[slot] = this.settledAt(slot);
    }
  }

  /** Until when the current freshness lasts without a further result; votes only make it longer. */
  private settledAt(slot: number): number {
    const row64 = slot * F64_STRIDE;
    const staleAfterMs = this.rows.u32[slot * U32_STRIDE + U32.staleAfterMs];
    switch (this.freshness(slot)) {
      case FRESHNESS.fresh:
        return this.rows.f64[row64 + F64.lastVoteAgeMs] + staleAfterMs;
      case FRESHNESS.warming:
        return this.rows.f64[row64 + F64.assignedAgeMs] + this.rows.u32[slot * U32_STRIDE + U32.warmUntilMs];
      case FRESHNESS.refused:
        return this.rows.f64[row64 + F64.lastNotSentAgeMs] + staleAfterMs;
      default:
        return Infinity;
    }
  }

  lastSampleMs(slot: number): number {
    return this.rows.f64[slot * F64_STRIDE + F64.lastSampleMs];
  }

  lastSuccessMs(slot: number): number {
    return this.rows.f64[slot * F64_STRIDE + F64.lastSuccessMs];
  }

  /** Returns the shard's age at the pair's last vote, in ms; 0 if it has none. */
  lastVoteAgeMs(slot: number): number {
    return this.rows.f64[slot * F64_STRIDE + F64.lastVoteAgeMs];
  }

  missesInRow(slot: number): number {
    return this.rows.u16[slot * U16_STRIDE + U16.missesInRow];
  }

  verdictSinceMs(slot: number): number {
    return this.rows.f64[slot * F64_STRIDE + F64.verdictSinceMs];
  }

  /** Drops the verdict. After a silence a pair needs a new one: the first vote must not restore the verdict from before the silence. */
  forgetVerdict(slot: number): void {
    this.rows.u8[slot * ROW_BYTES + U8.verdict] = VERDICT.none;
    this.rows.u16[slot * U16_STRIDE + U16.missesInRow] = 0;
    this.rows.u16[slot * U16_STRIDE + U16.successesInRow] = 0;
    this.trends.forgetRounds(slot);
  }

  /** Returns the freshness of the pair at the given age of the shard. */
  freshnessAt(slot: number, ageMs: number): number {
    const { f64, u32 } = this.rows;
    const row64 = slot * F64_STRIDE;
    const staleAfterMs = u32[slot * U32_STRIDE + U32.staleAfterMs];
    const judged = this.verdict(slot) !== VERDICT.none;
    if (judged && ageMs - f64[row64 + F64.lastVoteAgeMs] <= staleAfterMs) return FRESHNESS.fresh;
    const warmUntilMs = u32[slot * U32_STRIDE + U32.warmUntilMs];
    if (!judged && ageMs - f64[row64 + F64.assignedAgeMs] <= warmUntilMs) return FRESHNESS.warming;
    const refused =
      this.rows.u16[slot * U16_STRIDE + U16.notSentInRow] > 0 &&
      ageMs - f64[row64 + F64.lastNotSentAgeMs] <= staleAfterMs;
    return refused ? FRESHNESS.refused : FRESHNESS.stale;
  }

  /** Returns the stored fields of the given slots, in their order, as columns. */
  gather(slots: readonly number[]): Record<string, PairColumn> {
    return gatherColumns(this.storedColumns(), slots);
  }

  scatter(slots: readonly number[], columns: Record<string, ArrayLike<number>>): void {
    for (const slot of slots) this.settledUntilMs[slot] = 0;
    scatterColumns(this.storedColumns(), slots, columns);
  }

  private storedColumns(): Record<string, StoredColumn> {
    return { ...this.rows.storedColumns(), ...this.trends.rows.storedColumns() };
  }

  private growRows(rows: number): void {
    this.rows.growRows(rows);
    this.trends.rows.growRows(rows);
    const settledUntilMs = new Float64Array(rows);
    settledUntilMs.set(this.settledUntilMs);
    this.settledUntilMs = settledUntilMs;
  }
}
