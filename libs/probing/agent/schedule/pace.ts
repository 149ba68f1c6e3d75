import type { AgentLog } from '../agent-log';

/** What is shown covers the last one to two of these. */
const PERIOD_MS = 30_000;
/** Later than this is more than a busy moment. */
export const LATE_MS = 1_000;
const LOG_EVERY_MS = 60_000;

interface Period {
  sinceMs: number;
  lateMs: number;
  unmeasured: number;
}

/** Whether the agent keeps its pace: how late it was lately, and how many probes that were due have no result. */
export class Pace {
  /** Since the start. */
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

  /** A slice began late, took longer than planned, or its executor did not run for so long. */
  wasLate(ms: number): void {
    const period = this.turn();
    period.lateMs = Math.max(period.lateMs, ms);
    if (ms >= LATE_MS) this.warn();
  }

  /** Probes that were due have no result. */
  missed(count: number): void {
    if (count === 0) return;
    this.turn().unmeasured += count;
    this.unmeasured += count;
  }

  /** The greatest delay lately. */
  get lateMs(): number {
    this.turn();
    return Math.round(Math.max(this.before.lateMs, this.now.lateMs));
  }

  get unmeasuredPerS(): number {
    this.turn();
    const count = this.now.unmeasured + (this.before === this.now ? 0 : this.before.unmeasured);
    const elapsedMs = Math.max(PERIOD_MS, this.steadyMs() - this.before.sinceMs);
    return Math.round((count * 1_000_000) / elapsedMs) / 1_000;
  }

  private turn(): Period {
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
      'the agent cannot keep its pace: give it more CPU, or fewer targets; what it did not measure has no data',
    );
  }
}
