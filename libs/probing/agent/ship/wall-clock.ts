import { machineClock } from '../spool/machine-clock';

/** Smallest clock change that counts, in ms: a smaller one is timer resolution or slewing. */
const SET_MS_MIN = 500;
/** Longest a probe can take, in ms: a result dated further from now was dated before the clock was set. */
const UNDER_WAY_MS_MAX = 60_000;

/**
 * The wall clock, compared with the monotonic one: dates from before it was set are corrected. The monotonic clock pauses while the machine
 * sleeps; a difference of that length is not a clock change, and dates from before it are kept.
 */
export class WallClock {
  private originMs: number;
  private setAtMs = -Infinity;
  private setByMs = 0;
  /** How far the machine's clock was ahead of the monotonic one at the start, in ms. */
  private readonly machineAheadMs: number;
  /** How long the machine has slept since, in ms. */
  private sleptMs = 0;

  constructor(
    private readonly nowMs: () => number = Date.now,
    private readonly steadyMs: () => number = () => performance.now(),
    private readonly machineMs: () => number = machineClock().uptimeMs,
  ) {
    this.originMs = nowMs() - steadyMs();
    this.machineAheadMs = machineMs() - steadyMs();
  }

  /** Returns the wall clock when the monotonic clock was 0. It changes only when the wall clock is set. */
  origin(): number {
    if (Math.abs(this.movedByMs()) >= SET_MS_MIN) this.moved();
    return this.originMs;
  }

  /** Returns the corrected send time of a probe whose result arrives now. */
  sent(sentAtMs: number): number {
    if (this.steadyMs() - this.setAtMs > UNDER_WAY_MS_MAX) return sentAtMs;
    const isOff = Math.abs(sentAtMs - this.nowMs()) > UNDER_WAY_MS_MAX;
    return isOff ? sentAtMs + this.setByMs : sentAtMs;
  }

  private movedByMs(): number {
    return this.nowMs() - this.steadyMs() - this.sleptMs - this.originMs;
  }

  private moved(): void {
    this.sleptMs = this.machineMs() - this.steadyMs() - this.machineAheadMs;
    const byMs = this.movedByMs();
    if (Math.abs(byMs) < SET_MS_MIN) return;
    this.originMs += byMs;
    this.setAtMs = this.steadyMs();
    this.setByMs = byMs;
  }
}
