import type { AgentLog } from '../agent-log';

/** Reported figures cover the current and the previous period of this length, in ms. */
const PERIOD_MS = 30_000;
/** Delay from which on the agent is too slow, not just briefly busy, in ms. */
export const LATE_MS = 1_000;
const LOG_EVERY_MS = 60_000;

interface Period {
  sinceMs: number;
  lateMs: number;
  unmeasured: number;
}

/** Whether the agent keeps its schedule: its greatest recent delay, and the number of due probes that have no result. */
export class Pace {
  /** Due probes without a result since the start. */
  unmeasured = 0;
  private before: Period;
  private now: Period;
  private loggedAtMs = -Infinity;

  constructor(
    private readonly log: AgentLog,
    private readonly steadyMs: () => number = () => performance.now(),
  ) {
    this.before = this.now = { sinceMs: steadyMs(), lateMs: 0, unmeasured: 0 };
  }

  /** Records that a slice began late, took longer than planned, or that its executor was paused, by `ms`. */
  wasLate(ms: number): void {
    const period = this.turnPeriod();
    period.lateMs = Math.max(period.lateMs, ms);
    if (ms >= LATE_MS) this.warn();
  }

  /** Records due probes that have no result. */
  missed(count: number): void {
    if (count === 0) return;
    this.turnPeriod().unmeasured += count;
    this.unmeasured += count;
  }

  /** Greatest delay in the current and the previous period of 30 s, in ms. */
  get lateMs(): number {
    this.turnPeriod();
    return Math.round(Math.max(this.before.lateMs, this.now.lateMs));
  }

  /** Due probes without a result per second, over the current and the previous period. */
  get unmeasuredPerS(): number {
    this.turnPeriod();
    const count = this.now.unmeasured + (this.before === this.now ? 0 : this.before.unmeasured);
    const elapsedMs = Math.max(PERIOD_MS, this.steadyMs() - this.before.sinceMs);
    return Math.round((count * 1_000_000) / elapsedMs) / 1_000;
  }

  private turnPeriod(): Period {
    const nowMs = this.steadyMs();
    const next = { sinceMs: nowMs, lateMs: 0, unmeasured: 0 };
    const ageMs = nowMs - this.now.sinceMs;
    if (ageMs >= 2 * PERIOD_MS) this.before = this.now = next;
    else if (ageMs >= PERIOD_MS) [this.before, this.now] = [this.now, next];
    return this.now;
  }

  private warn(): void {
    const nowMs = this.steadyMs();
    if (nowMs - this.loggedAtMs < LOG_EVERY_MS) return;
    this.loggedAtMs = nowMs;
    const fields = { lateMs: this.lateMs, unmeasured: this.unmeasured };
    this.log.warn(
      fields,
      'the agent cannot keep its schedule: give it more CPU or fewer targets; unmeasured probes have no data',
    );
  }
}
