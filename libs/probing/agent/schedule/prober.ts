import { isAnswer } from '@icmp-mon/probing/contract';
import { ConfirmingBursts } from './confirming-bursts';
import { DueSlices } from './due-slices';
import { ExecutorCheck } from './executor-check';
import { Pace } from './pace';
import type { PacketBudget } from './packet-budget';
import type { ProberCounters, ProberOptions } from './prober-options';
import { ProbingLog } from './probing-log';
import { Schedule, type ScheduledTarget } from './schedule';
import { takeAlike } from './take-alike';
import { type PlannedSlice, planSlice } from './plan-slice';
import type { RunningSlice } from './running-slice';
import { FRESH_SLICE_MS, freshLimits, nextSlice, type SliceLimits, SPARE_FACTOR_MIN } from './slice-order';
import type { PlannedTarget } from './target-plan';

/** After an answer that must not come, the target is probed again this soon: a second answer confirms the first as evidence. */
const SECOND_LOOK_MS = 200;
/** Share of the policy's packets per second that must be free before a slice begins. */
const FREE_SHARE_MIN = 0.01;

/**
 * Runs the schedule, slice by slice, each evenly paced over its length, never as a burst.
 *
 *     schedule ──due──▶ waiting ──┐
 *                                 ├── launch, within the policy's packets per second ──▶ executor ──▶ results
 *     new targets ────▶ fresh ────┘
 *
 * Invariants: a target waits at most once; all targets of a slice have the same timeout and options; running slices together send no more than the
 * policy allows, with those of other types; a slice begins when the one before has sent everything; one executor run stays reserved for due targets.
 */
export class Prober {
  readonly counters: ProberCounters = { probes: 0, skippedRounds: 0, failedSlices: 0 };
  readonly pace: Pace;
  /** How late the last slice began, in ms. */
  scheduleLagMs = 0;
  private readonly schedule = new Schedule();
  private readonly due = new DueSlices(this.schedule);
  private readonly budget: PacketBudget;
  private readonly waiting: ScheduledTarget[] = [];
  private readonly fresh: ScheduledTarget[] = [];
  private halt = new AbortController();
  private readonly running = new Map<RunningSlice, Promise<void>>();
  private readonly clockStartMs: number;
  private started = false;
  private timer: NodeJS.Timeout | undefined;
  private secondLook: NodeJS.Timeout | undefined;
  private readonly log: ProbingLog;
  private readonly check: ExecutorCheck;
  private readonly confirming: ConfirmingBursts;
  /** When targets last had to wait for the policy's packets, by the monotonic clock in ms. */
  private outOfBudgetAtMs = -Infinity;

  constructor(private readonly options: ProberOptions) {
    this.budget = options.budget;
    this.pace = new Pace(options.log);
    this.log = new ProbingLog(options.log);
    this.check = new ExecutorCheck(options.executor, () => this.running.size > 0, this.log);
    this.confirming = new ConfirmingBursts({ ...options, log: this.log, signal: () => this.halt.signal });
    this.clockStartMs = (options.nowMs ?? Date.now)() - performance.now();
  }

  get targets(): number {
    return this.schedule.size;
  }

  replacePlan(plan: readonly PlannedTarget[]): void {
    this.options.executor.setTargets(plan);
    const nowMs = performance.now();
    const fresh = this.budget.takeImmediate(this.schedule.replacePlan(plan), nowMs);
    for (const target of fresh) this.queueTarget(target, nowMs, this.fresh);
    if (plan.length === 0) this.stopSlices();
    this.due.dropUnused();
    // Begins now, not with the next slice: an operator may be watching.
    if (this.started) this.startDue();
  }

  start(): void {
    this.started = true;
    this.startDue();
    this.check.start();
  }

  /** Lets running slices continue for at most `graceMs`. */
  async stop(graceMs: number): Promise<void> {
    this.started = false;
    clearTimeout(this.timer);
    clearTimeout(this.secondLook);
    const grace = setTimeout(() => this.stopSlices(), graceMs);
    await Promise.all([...this.running.values(), this.confirming.stop(), this.check.stop()]);
    clearTimeout(grace);
  }

  private stopSlices(): void {
    this.halt.abort();
    this.halt = new AbortController();
  }

  /** Begins what is due, and schedules itself for the next slice, or for when a waiting target may find room. */
  private startDue(): void {
    const nowMs = performance.now();
    const collect = (target: ScheduledTarget, dueAtMs: number): void =>
      this.queueTarget(target, dueAtMs - this.clockStartMs, this.waiting);
    let nextAtMs = this.due.collectDue(this.clockStartMs + nowMs, collect) - this.clockStartMs;
    this.launchFresh();
    nextAtMs = Math.min(nextAtMs, this.launchWaiting());
    if (this.fresh.length > 0) nextAtMs = Math.min(nextAtMs, nowMs + FRESH_SLICE_MS);
    if (this.waiting.length > 0) nextAtMs = Math.min(nextAtMs, this.budget.moreAtMs(nowMs));
    clearTimeout(this.timer);
    if (nextAtMs < Infinity) this.timer = setTimeout(() => this.startDue(), Math.max(1, nextAtMs - performance.now()));
  }

  private queueTarget(target: ScheduledTarget, dueAtMs: number, queue: ScheduledTarget[]): void {
    if (target.waiting) {
      this.counters.skippedRounds++;
      // A target that was never probed still waits for its first turn, so no measurement is missing.
      if (target.lastOutcome !== -1) this.pace.missedRound(this.outOfBudgetAtMs + target.intervalMs);
      return;
    }
    target.waiting = true;
    target.dueAtMs = dueAtMs;
    queue.push(target);
  }

  private lookAgain(target: ScheduledTarget): void {
    if (!this.started || target.waiting || this.budget.takeImmediate([target], performance.now()).length === 0) return;
    this.queueTarget(target, performance.now(), this.fresh);
    this.secondLook ??= setTimeout(() => {
      this.secondLook = undefined;
      this.startDue();
    }, SECOND_LOOK_MS);
  }

  private launchFresh(): void {
    if (this.fresh.length === 0 || this.running.size >= this.options.executor.parallelMax - 1) return;
    this.launch(this.fresh, freshLimits(this.schedule.targetsPerSecond));
  }

  /** Begins slices of due targets. Returns until when others wait for the slice before them. */
  private launchWaiting(): number {
    const { parallelMax } = this.options.executor;
    const mayWait = this.budget.packetsPerSecond > this.schedule.targetsPerSecond * SPARE_FACTOR_MIN;
    const later = new Map<number, number>();
    for (;;) {
      const before = this.waiting.length;
      const next = nextSlice(this.waiting, this.running, { parallelMax, mayWait, nowMs: performance.now(), later });
      if (next !== undefined) this.launch(this.waiting, next);
      if (next === undefined || this.waiting.length === before) return Math.min(...later.values());
    }
  }

  /**
   * Takes targets like the first one from the head of the queue, as many as the policy's packets per second allow within
   * `sliceMs`, and probes them as one slice.
   */
  private launch(queue: ScheduledTarget[], limits: SliceLimits): void {
    const { countMax, sliceMs, only } = limits;
    const nowMs = performance.now();
    const free = this.budget.freePerSecond(nowMs);
    if (free < this.budget.packetsPerSecond * FREE_SHARE_MIN) {
      this.outOfBudgetAtMs = nowMs;
      return;
    }
    const targets = takeAlike(queue, countMax, (free * sliceMs) / 1_000, only);
    const first = targets[0];
    if (first === undefined) return;
    this.scheduleLagMs = Math.max(0, nowMs - first.dueAtMs);
    // While new targets use the policy's packets, others wait for these, not for CPU.
    const lateMs = nowMs - Math.max(first.dueAtMs, this.outOfBudgetAtMs);
    if (queue === this.waiting) this.pace.wasLate(lateMs);
    if (queue.length > 0) this.outOfBudgetAtMs = nowMs;
    const ownPackets = this.options.executor.ownPackets(targets.map(({ ip }) => ip));
    const planned = planSlice(targets, first, { limits, free, ownPackets, nowMs, lateMs });
    const { running } = planned;
    this.budget.takeSlice(running);
    const run = this.runSlice(targets, planned).finally(() => {
      running.endSlice();
      this.running.delete(running);
      if (this.started) this.launchWaiting();
    });
    this.running.set(running, run);
  }

  private async runSlice(targets: ScheduledTarget[], { slice, running, plannedMs }: PlannedSlice): Promise<void> {
    const { executor, onResult } = this.options;
    const { signal } = this.halt;
    this.counters.probes += targets.length;
    for (const target of targets) target.waiting = false;
    const beganMs = performance.now();
    const tally = this.pace.beginSlice(targets, onResult);
    const missed = { newMisses: 0 };
    const end = await executor.runSlice(
      { ...slice, onNoData: (...why) => tally.noData(...why) },
      (index, sentAtMs, outcome, rttUs, detail) => {
        const target = targets[index];
        tally.results++;
        running.noteResult(index, sentAtMs);
        if (target === undefined || target.removed) return;
        const isFirstAnswer = isAnswer(outcome) && (target.lastOutcome === -1 || !isAnswer(target.lastOutcome));
        const isBelieved = onResult(target, sentAtMs, outcome, rttUs, detail);
        this.confirming.noteResult(target, outcome, isBelieved, missed);
        if (isFirstAnswer && target.definition.expect === 'unreachable') this.lookAgain(target);
      },
      signal,
    );
    if (signal.aborted) return;
    this.pace.wasLate(Math.max(end.pausedMs, performance.now() - beganMs - plannedMs));
    tally.endSlice(end.ok);
    if (!end.ok) this.counters.failedSlices++;
    this.log.logEnd(end, executor.counters);
  }
}
