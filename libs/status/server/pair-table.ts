import type { PolicyEntry, TargetEntry } from '@icmp-mon/shard/engine';
import { isSuccess, isVote } from '@icmp-mon/probing/contract';
import { gatherColumns, type PairColumn, scatterColumns } from './pair-columns';
import { F64, F64_STRIDE, ROW_BYTES, U16, U16_STRIDE, U32, U32_STRIDE, U8 } from './pair-row';
import { judgeProbe, VERDICT } from './verdict';

/** Whether a verdict may vote, and if not, why. `refused`: the agent's own kernel refuses to send. */
export const FRESHNESS = { warming: 0, fresh: 1, stale: 2, refused: 3 } as const;

/** Number of intervals without a vote after which a verdict is stale; an agent is warming for `WARMING_INTERVALS`. */
const FRESH_INTERVALS = 3;
const WARMING_INTERVALS = 2;
const SLACK_MS = 2_000;

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
  private f64 = new Float64Array(0);
  private u32 = new Uint32Array(0);
  private u16 = new Uint16Array(0);
  private u8 = new Uint8Array(0);
  /** The shard's age up to which time alone changes no freshness: what a tick looks through instead of all rows. */
  private settledUntilMs = new Float64Array(0);

  constructor() {
    this.growRows(INITIAL_ROWS);
  }

  /** Starts a pair without a verdict, warming. */
  assignPair(slot: number, target: TargetEntry, ageMs: number): void {
    if ((slot + 1) * ROW_BYTES > this.u8.length) this.growRows(Math.max(slot + 1, (this.u8.length / ROW_BYTES) * 2));
    this.u8.fill(0, slot * ROW_BYTES, (slot + 1) * ROW_BYTES);
    this.u8[slot * ROW_BYTES + U8.verdict] = VERDICT.none;
    this.u8[slot * ROW_BYTES + U8.standing] = FRESHNESS.warming;
    this.f64[slot * F64_STRIDE + F64.assignedAgeMs] = ageMs;
    this.targetOf[slot] = target;
    this.settledUntilMs[slot] = 0;
  }

  /** Restarts the warm-up of a pair and drops its verdict; the time of its last reply is kept. */
  warm(slot: number, ageMs: number): void {
    const target = this.targetOf[slot];
    if (!target) return;
    const lastSuccessMs = this.f64[slot * F64_STRIDE + F64.lastSuccessMs];
    const { [slot * U32_STRIDE + U32.staleAfterMs]: staleAfterMs, [slot * U32_STRIDE + U32.warmUntilMs]: warmUntilMs } =
      this.u32;
    this.assignPair(slot, target, ageMs);
    this.f64[slot * F64_STRIDE + F64.lastSuccessMs] = lastSuccessMs;
    this.u32[slot * U32_STRIDE + U32.staleAfterMs] = staleAfterMs;
    this.u32[slot * U32_STRIDE + U32.warmUntilMs] = warmUntilMs;
  }

  releasePair(slot: number): void {
    this.targetOf[slot] = undefined;
    this.settledUntilMs[slot] = Infinity;
  }

  /** Applies the tier policy of a target to its pairs. */
  setPolicyOf({ pairs, policy }: TargetEntry): void {
    if (!policy) return;
    for (const { slot } of pairs) {
      this.u32[slot * U32_STRIDE + U32.staleAfterMs] = FRESH_INTERVALS * policy.intervalMs + policy.timeoutMs;
      this.u32[slot * U32_STRIDE + U32.warmUntilMs] =
        WARMING_INTERVALS * policy.intervalMs + policy.timeoutMs + SLACK_MS;
      this.settledUntilMs[slot] = 0;
    }
  }

  verdict(slot: number): number {
    return this.u8[slot * ROW_BYTES + U8.verdict];
  }

  freshness(slot: number): number {
    return this.u8[slot * ROW_BYTES + U8.standing];
  }

  setFreshness(slot: number, freshness: number): void {
    this.u8[slot * ROW_BYTES + U8.standing] = freshness;
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
    const staleAfterMs = this.u32[slot * U32_STRIDE + U32.staleAfterMs];
    switch (this.freshness(slot)) {
      case FRESHNESS.fresh:
        return this.f64[row64 + F64.lastVoteAgeMs] + staleAfterMs;
      case FRESHNESS.warming:
        return this.f64[row64 + F64.assignedAgeMs] + this.u32[slot * U32_STRIDE + U32.warmUntilMs];
      case FRESHNESS.refused:
        return this.f64[row64 + F64.lastNotSentAgeMs] + staleAfterMs;
      default:
        return Infinity;
    }
  }

  lastSampleMs(slot: number): number {
    return this.f64[slot * F64_STRIDE + F64.lastSampleMs];
  }

  lastSuccessMs(slot: number): number {
    return this.f64[slot * F64_STRIDE + F64.lastSuccessMs];
  }

  verdictSinceMs(slot: number): number {
    return this.f64[slot * F64_STRIDE + F64.verdictSinceMs];
  }

  /** Applies one more result of the pair, which must not be older than its last one, and updates its verdict. */
  judgeResult(slot: number, sampleMs: number, outcome: number, policy: PolicyEntry, ageMs: number): void {
    const { f64, u16, u8 } = this;
    const row8 = slot * ROW_BYTES;
    const row16 = slot * U16_STRIDE;
    const row64 = slot * F64_STRIDE;
    const before = {
      verdict: u8[row8 + U8.verdict],
      missesInRow: u16[row16 + U16.missesInRow],
      successesInRow: u16[row16 + U16.successesInRow],
      notSentInRow: u16[row16 + U16.notSentInRow],
    };
    const after = judgeProbe(before, outcome, policy);
    u16[row16 + U16.missesInRow] = after.missesInRow;
    u16[row16 + U16.successesInRow] = after.successesInRow;
    u16[row16 + U16.notSentInRow] = after.notSentInRow;
    f64[row64 + F64.lastSampleMs] = sampleMs;
    f64[row64 + (isVote(outcome) ? F64.lastVoteAgeMs : F64.lastNotSentAgeMs)] = ageMs;
    if (isSuccess(outcome)) f64[row64 + F64.lastSuccessMs] = sampleMs;
    if (after.verdict === before.verdict) return;
    u8[row8 + U8.verdict] = after.verdict;
    f64[row64 + F64.verdictSinceMs] = sampleMs;
  }

  /** Drops the verdict. After a silence a pair needs a new one: the first vote must not restore the verdict from before the silence. */
  forgetVerdict(slot: number): void {
    this.u8[slot * ROW_BYTES + U8.verdict] = VERDICT.none;
    this.u16[slot * U16_STRIDE + U16.missesInRow] = 0;
    this.u16[slot * U16_STRIDE + U16.successesInRow] = 0;
  }

  /** Returns the freshness of the pair at the given age of the shard. */
  freshnessAt(slot: number, ageMs: number): number {
    const { f64, u32 } = this;
    const row64 = slot * F64_STRIDE;
    const staleAfterMs = u32[slot * U32_STRIDE + U32.staleAfterMs];
    const judged = this.verdict(slot) !== VERDICT.none;
    if (judged && ageMs - f64[row64 + F64.lastVoteAgeMs] <= staleAfterMs) return FRESHNESS.fresh;
    const warmUntilMs = u32[slot * U32_STRIDE + U32.warmUntilMs];
    if (!judged && ageMs - f64[row64 + F64.assignedAgeMs] <= warmUntilMs) return FRESHNESS.warming;
    const refused =
      this.u16[slot * U16_STRIDE + U16.notSentInRow] > 0 && ageMs - f64[row64 + F64.lastNotSentAgeMs] <= staleAfterMs;
    return refused ? FRESHNESS.refused : FRESHNESS.stale;
  }

  /** Returns the stored fields of the given slots, in their order, as columns. */
  gather(slots: readonly number[]): Record<string, PairColumn> {
    return gatherColumns({ f64: this.f64, u16: this.u16, u8: this.u8 }, slots);
  }

  scatter(slots: readonly number[], columns: Record<string, ArrayLike<number>>): void {
    for (const slot of slots) this.settledUntilMs[slot] = 0;
    scatterColumns({ f64: this.f64, u16: this.u16, u8: this.u8 }, slots, columns);
  }

  private growRows(rows: number): void {
    const bytes = new ArrayBuffer(rows * ROW_BYTES);
    const settledUntilMs = new Float64Array(rows);
    settledUntilMs.set(this.settledUntilMs);
    this.settledUntilMs = settledUntilMs;
    const u8 = new Uint8Array(bytes);
    u8.set(this.u8);
    this.f64 = new Float64Array(bytes);
    this.u32 = new Uint32Array(bytes);
    this.u16 = new Uint16Array(bytes);
    this.u8 = u8;
  }
}
