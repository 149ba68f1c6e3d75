import { machineClock } from '../spool/machine-clock';

/** Less than this is the coarseness of timers, or the clock being slewed. */
const SET_MS_MIN = 500;
/** No probe is under way for longer: a result that is dated further off was dated before the clock was set. */
const UNDER_WAY_MS_MAX = 60_000;

/**
 * The wall clock, compared with the monotonic one: dates from before it was set are corrected. The monotonic clock pauses while the machine
 * sleeps; a difference of that length is not a clock change, and dates from before it are kept.
 */
export class WallClock {
  private originMs: number;
  private setAtMs = -Infinity;
  private setByMs = 0;
  /** How far the machine's clock was ahead of the monotonic one at the start, ms, */
  private readonly machineAheadMs: number;
  /** and how long the machine has slept since, ms. */
  private sleptMs = 0;

  constructor(
    private readonly nowMs: () => number = Date.now,
    private readonly steadyMs: () => number = () => performance.now(),
    private readonly machineMs: () => number = machineClock().uptimeMs,
  ) {
    this.originMs = nowMs() - steadyMs();
    this.machineAheadMs = machineMs() - steadyMs();
  }

  /** What the clock read when the steady one was 0: another value says that it was set. */
  origin(): number {
    if (Math.abs(this.movedByMs()) >= SET_MS_MIN) this.moved();
    return this.originMs;
  }

  /** When a probe was sent whose result comes now. */
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
