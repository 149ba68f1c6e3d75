/** Less than this is the coarseness of timers, or the clock being slewed. */
const SET_MS_MIN = 500;
/** No probe is under way for longer: a result that is dated further off was dated before the clock was set. */
const UNDER_WAY_MS_MAX = 60_000;

/** The wall clock, watched against the one that is never set: what was dated before it was set is dated as by the present one. */
export class WallClock {
  private originMs: number;
  private setAtMs = -Infinity;
  private setByMs = 0;

  constructor(
    private readonly nowMs: () => number = Date.now,
    private readonly steadyMs: () => number = () => performance.now(),
  ) {
    this.originMs = nowMs() - steadyMs();
  }

  /** What the clock read when the steady one was 0: another value says that it was set. */
  origin(): number {
    const originMs = this.nowMs() - this.steadyMs();
    const byMs = originMs - this.originMs;
    if (Math.abs(byMs) >= SET_MS_MIN) {
      this.originMs = originMs;
      this.setAtMs = this.steadyMs();
      this.setByMs = byMs;
    }
    return this.originMs;
  }

  /** When a probe was sent whose result comes now. */
  sent(sentAtMs: number): number {
    if (this.steadyMs() - this.setAtMs > UNDER_WAY_MS_MAX) return sentAtMs;
    const isOff = Math.abs(sentAtMs - this.nowMs()) > UNDER_WAY_MS_MAX;
    return isOff ? sentAtMs + this.setByMs : sentAtMs;
  }
}
