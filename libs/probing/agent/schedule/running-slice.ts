import type { TakenPackets } from './packet-budget';

/** Results arrive at most this long after a probe and its timeout: the executor's output is read ten times per second, and misses are held back. */
const RESULT_WITHIN_MS = 500;
/** An estimate is at most this many times the planned duration of sending. */
const LATE_MAX = 4;

export interface SlicePlan {
  /** Length of the slices of its targets, in ms. */
  sliceMs: number;
  /** When its targets became due, in ms. */
  dueAtMs: number;
  beganMs: number;
  /** By how much it began later than planned, in ms. */
  beganLateMs: number;
  targets: number;
  spacingMs: number;
  timeoutMs: number;
  /** Planned time from the first to the last packet, in ms. */
  sendingMs: number;
  perSecond: number;
}

/**
 * A running slice, and until when it sends. A busy executor sends slower than planned: as long as it has packets left, it uses its packets
 * per second. All times are of the monotonic clock, except those of results.
 */
export class RunningSlice implements TakenPackets {
  private first: { index: number; sentAtMs: number } | undefined;
  private index = -1;
  private sentAtMs = 0;
  private notedAtMs = 0;
  private isOver = false;

  constructor(
    readonly plan: SlicePlan,
    private readonly steadyMs: () => number = () => performance.now(),
  ) {}

  get perSecond(): number {
    return this.plan.perSecond;
  }

  /** When it has sent everything. The time that the executor needs to begin is not included: the next slice needs it, too. */
  get untilMs(): number {
    const { beganMs, sendingMs } = this.plan;
    return this.isOver ? -Infinity : beganMs + sendingMs + this.slowerMs;
  }

  /** Records the result of target number `index`, which was probed at `sentAtMs` of the wall clock. */
  noteResult(index: number, sentAtMs: number): void {
    if (index <= this.index) return;
    this.first ??= { index, sentAtMs };
    this.index = index;
    this.sentAtMs = sentAtMs;
    this.notedAtMs = this.steadyMs();
  }

  endSlice(): void {
    this.isOver = true;
  }

  /** By how much it is later than planned, in ms. */
  get lateMs(): number {
    return Math.max(0, this.plan.beganLateMs) + this.slowerMs;
  }

  /**
   * By how much sending takes longer than planned, in ms: when the last result was sent, or how long results have been missing. Bounded, because the
   * wall clock may be set. Without any result nothing is known.
   */
  private get slowerMs(): number {
    if (this.first === undefined) return 0;
    const { targets, spacingMs, timeoutMs, sendingMs } = this.plan;
    const sentLateMs = this.sentAtMs - this.first.sentAtMs - (this.index - this.first.index) * spacingMs;
    const expectedWithinMs = spacingMs + timeoutMs + RESULT_WITHIN_MS;
    const missingMs = this.index === targets - 1 ? 0 : this.steadyMs() - this.notedAtMs - expectedWithinMs;
    return Math.min(Math.max(0, sentLateMs, missingMs), sendingMs * LATE_MAX);
  }
}
