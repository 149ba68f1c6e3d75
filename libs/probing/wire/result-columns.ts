import type { DetailCode } from '@icmp-mon/probing/contract';

/** Most results of one block. */
export const BLOCK_RESULTS_MAX = 20_000;

/**
 * Results as columns. Row i is `targetKey[i]`, `check[i]`, `baseTimeMs + timeOffsetMs[i]`, `outcome[i]`, `rttUs[i]` (0 unless the outcome
 * is a reply), with `details.get(i)` if it has a detail. The arrays may be longer than `count`; only the first `count` entries are used.
 */
export interface ResultColumns {
  count: number;
  /** Agent's wall clock at the earliest result, in ms since 1970. */
  baseTimeMs: number;
  targetKey: Uint32Array;
  check: Uint16Array;
  timeOffsetMs: Uint32Array;
  outcome: Uint8Array;
  rttUs: Uint32Array;
  /** By row; most results have none. */
  details: Map<number, DetailCode>;
}

/** Returns empty columns with room for `capacity` results. */
export function allocateColumns(capacity: number): ResultColumns {
  return {
    count: 0,
    baseTimeMs: 0,
    targetKey: new Uint32Array(capacity),
    check: new Uint16Array(capacity),
    timeOffsetMs: new Uint32Array(capacity),
    outcome: new Uint8Array(capacity),
    rttUs: new Uint32Array(capacity),
    details: new Map(),
  };
}

const TIME_SPAN_MS_MAX = 0xffff_ffff;

/** Collects results without one object per result; grows by doubling up to `capacityMax` and is reused after `clear`. */
export class ResultColumnsBuilder {
  private columns: ResultColumns;
  private timeMs: Float64Array;
  private size = 0;

  constructor(
    private readonly capacityMax = BLOCK_RESULTS_MAX,
    initialCapacity = 256,
  ) {
    if (capacityMax < 1 || capacityMax > BLOCK_RESULTS_MAX) {
      throw new RangeError(`capacity ${capacityMax} is outside 1 to ${BLOCK_RESULTS_MAX}`);
    }
    const capacity = Math.min(initialCapacity, capacityMax);
    this.columns = allocateColumns(capacity);
    this.timeMs = new Float64Array(capacity);
  }

  get count(): number {
    return this.size;
  }

  get isFull(): boolean {
    return this.size >= this.capacityMax;
  }

  /** Adds a result at `timeMs` (agent's wall clock, ms since 1970). Returns false when full: build, clear, push again. */
  addResult(
    targetKey: number,
    check: number,
    timeMs: number,
    outcome: number,
    rttUs: number,
    detail?: DetailCode,
  ): boolean {
    if (this.isFull) return false;
    if (this.size === this.timeMs.length) this.growColumns();
    const at = this.size++;
    this.columns.targetKey[at] = targetKey;
    this.columns.check[at] = check;
    this.timeMs[at] = Math.floor(timeMs);
    this.columns.outcome[at] = outcome;
    this.columns.rttUs[at] = rttUs;
    if (detail !== undefined) this.columns.details.set(at, detail);
    return true;
  }

  /**
   * Returns the columns so far, valid until the next push or clear. Times are relative to the earliest. If the clock jumped by more than 49
   * days within one block, later times are capped at the end of that span.
   */
  buildColumns(): ResultColumns {
    let baseTimeMs = this.size === 0 ? 0 : Infinity;
    for (let at = 0; at < this.size; at++) baseTimeMs = Math.min(baseTimeMs, this.timeMs[at]);
    for (let at = 0; at < this.size; at++) {
      this.columns.timeOffsetMs[at] = Math.min(this.timeMs[at] - baseTimeMs, TIME_SPAN_MS_MAX);
    }
    this.columns.count = this.size;
    this.columns.baseTimeMs = baseTimeMs;
    return this.columns;
  }

  clear(): void {
    this.size = 0;
    this.columns.details.clear();
  }

  private growColumns(): void {
    const capacity = Math.min(this.capacityMax, this.timeMs.length * 2);
    const { targetKey, check, outcome, rttUs, details } = this.columns;
    const grown = allocateColumns(capacity);
    grown.targetKey.set(targetKey);
    grown.check.set(check);
    grown.outcome.set(outcome);
    grown.rttUs.set(rttUs);
    grown.details = details;
    const timeMs = new Float64Array(capacity);
    timeMs.set(this.timeMs);
    this.columns = grown;
    this.timeMs = timeMs;
  }
}
