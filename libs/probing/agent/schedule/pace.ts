import { UNMEASURED_REASONS, type Unmeasured, type UnmeasuredReason } from '@icmp-mon/agents/contract';
import { type DisbeliefReason, encodeDisbelief, OUTCOME } from '@icmp-mon/probing/contract';
import type { AgentLog } from '../agent-log';
import type { ProbeOutcome } from '../executors/executor';

/** Reported figures cover the current and the previous period of this length, in ms. */
const PERIOD_MS = 30_000;
/** Delay from which on the agent is too slow, not just briefly busy, in ms. */
export const LATE_MS = 1_000;
const LOG_EVERY_MS = 60_000;

interface Period {
  sinceMs: number;
  lateMs: number;
  unmeasured: Unmeasured;
}

/** Counts the results of one slice. */
export class SlicePace<Target> {
  results = 0;
  private readonly unbelieved: Partial<Record<DisbeliefReason, number>> = {};

  constructor(
    private readonly pace: Pick<Pace, 'missed'>,
    private readonly targets: readonly Target[],
    private readonly onResult: (target: Target, ...result: ProbeOutcome) => void,
  ) {}

  /** Records a target without data: its result has no outcome of the network, only the reason. */
  noData(index: number, sentAtMs: number, reason: DisbeliefReason): void {
    this.unbelieved[reason] = (this.unbelieved[reason] ?? 0) + 1;
    const target = this.targets[index];
    if (target !== undefined) this.onResult(target, sentAtMs, OUTCOME.error, 0, encodeDisbelief(reason));
  }

  endSlice(executorWorked: boolean): void {
    const known: Unmeasured = this.unbelieved;
    let left = this.targets.length - this.results;
    for (const reason of UNMEASURED_REASONS) {
      const count = Math.min(left, known[reason] ?? 0);
      this.pace.missed(count, reason);
      left -= count;
    }
    this.pace.missed(left, executorWorked ? 'unknown' : 'executor_failed');
  }
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
    this.before = this.now = { sinceMs: steadyMs(), lateMs: 0, unmeasured: {} };
  }

  /** Records that a slice began late, took longer than planned, or that its executor was paused, by `ms`. */
  wasLate(ms: number): void {
    const period = this.turnPeriod();
    period.lateMs = Math.max(period.lateMs, ms);
    if (ms >= LATE_MS) this.warn();
  }

  /** Records due probes that have no result. */
  missed(count: number, reason: UnmeasuredReason): void {
    if (count <= 0) return;
    const { unmeasured } = this.turnPeriod();
    unmeasured[reason] = (unmeasured[reason] ?? 0) + count;
    this.unmeasured += count;
  }

  /** Records that a target became due again while it still waited: until that instant because of the policy's packets. */
  missedRound(policyUntilMs: number): void {
    this.missed(1, this.steadyMs() < policyUntilMs ? 'policy_rate' : 'too_slow');
  }

  /** Returns what counts the results of a slice, and at its end records the targets that have none. */
  beginSlice<Target>(
    targets: readonly Target[],
    onResult: (target: Target, ...result: ProbeOutcome) => void,
  ): SlicePace<Target> {
    return new SlicePace(this, targets, onResult);
  }

  /** Greatest delay in the current and the previous period of 30 s, in ms. */
  get lateMs(): number {
    this.turnPeriod();
    return Math.round(Math.max(this.before.lateMs, this.now.lateMs));
  }

  /** Due probes without a result per second, over the current and the previous period. */
  get unmeasuredPerS(): number {
    const count = Object.values(this.unmeasuredBy).reduce((sum, each) => sum + each, 0);
    const elapsedMs = Math.max(PERIOD_MS, this.steadyMs() - this.before.sinceMs);
    return Math.round((count * 1_000_000) / elapsedMs) / 1_000;
  }

  /** Due probes without a result in the current and the previous period, by reason. */
  get unmeasuredBy(): Unmeasured {
    this.turnPeriod();
    return sumUnmeasured(
      this.before === this.now ? [this.now.unmeasured] : [this.before.unmeasured, this.now.unmeasured],
    );
  }

  private turnPeriod(): Period {
    const nowMs = this.steadyMs();
    const next = { sinceMs: nowMs, lateMs: 0, unmeasured: {} };
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

/** Returns the sums by reason. */
export function sumUnmeasured(all: readonly Unmeasured[]): Unmeasured {
  const sum: Unmeasured = {};
  for (const each of all) {
    for (const reason of UNMEASURED_REASONS) {
      const count = each[reason] ?? 0;
      if (count > 0) sum[reason] = (sum[reason] ?? 0) + count;
    }
  }
  return sum;
}
