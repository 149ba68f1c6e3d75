import { encodeConfirming, isSuccess, isVote } from '@icmp-mon/probing/contract';
import type { ProbeOutcome } from '../executors/executor';
import { pingOptionsKey } from '../executors/ping-options';
import { BURST_PROBES, type GrantedBurst, STEP_MS } from './burst-budget';
import type { ProberOptions } from './prober-options';
import type { ProbingLog } from './probing-log';
import type { ScheduledTarget } from './schedule';

/** Executor runs of bursts at the same time, in addition to those of slices. */
const RUNS_MAX = 4;
/** The first step waits this long, in ms: results are read ten times per second, so misses arrive together. */
const COLLECT_MS = 10;
/** Probes due within this time belong to the step, in ms: timers fire a little early or late. */
const STEP_SLACK_MS = 20;
/** Bursts may send this fast, in packets per second, also if less is planned. */
const PER_SECOND_MIN = 100;
const SECOND_MS = 1_000;

/** A slice as far as bursts depend on it: how many of its targets began to miss. */
export interface MissedSlice {
  newMisses: number;
}

interface Burst extends GrantedBurst {
  slice: MissedSlice;
  /** Probes that it has not sent yet. */
  left: number;
  /** When the first miss was known, by the monotonic clock. */
  missedAtMs: number;
  dueAtMs: number;
}

interface SentProbe {
  target: ScheduledTarget;
  missedAtMs: number;
}

export interface ConfirmingBurstsOptions extends Pick<
  ProberOptions,
  'executor' | 'bursts' | 'budget' | 'onResult' | 'whenAsked'
> {
  signal: () => AbortSignal;
  log: Pick<ProbingLog, 'logEnd'>;
}

/**
 * Confirms first misses: a target that answered before and now misses is probed three more times, 500 ms apart.
 *
 *     first believed miss ──▶ budget ──▶ bursts ──every 500 ms, all that are due in one run──▶ executor ──▶ results, marked
 *                                          ▲                                                                   │
 *                                          └── ends: answered, not believed, removed, a crowd in its slice ◀───┘
 *
 * Invariants: one burst per run of misses; at most one step per 500 ms, with one executor run per group of equal timeouts and options; no probe
 * after an answer; regular slices neither wait for bursts nor lose packets to them (`BurstBudget`).
 */
export class ConfirmingBursts {
  private readonly bursts = new Map<ScheduledTarget, Burst>();
  private readonly running = new Set<Promise<void>>();
  private timer: NodeJS.Timeout | undefined;
  private timerAtMs = Infinity;
  private lastStepMs = -Infinity;

  constructor(private readonly options: ConfirmingBurstsOptions) {}

  /** Takes note of a result: the first miss of a target begins its burst, an answer ends it. */
  noteResult(target: ScheduledTarget, outcome: number, isBelieved: boolean, slice: MissedSlice): void {
    if (!isVote(outcome)) return;
    if (isSuccess(outcome)) target.isConfirmedNext = target.confirm;
    if (isSuccess(outcome) || !isBelieved) return this.endBurst(target);
    if (!target.isConfirmedNext) return;
    target.isConfirmedNext = false;
    slice.newMisses++;
    if (this.options.bursts.isEnabled) this.beginBurst(target, slice);
  }

  /** Ends all bursts. Resolves when what was sent has its results. */
  async stop(): Promise<void> {
    clearTimeout(this.timer);
    for (const target of [...this.bursts.keys()]) this.endBurst(target);
    await Promise.all(this.running);
  }

  private beginBurst(target: ScheduledTarget, slice: MissedSlice): void {
    const budget = this.options.bursts;
    if (budget.isCrowd(slice.newMisses)) return this.refuseCrowd(slice);
    const nowMs = performance.now();
    const granted = budget.takeBurst(target, nowMs);
    if (granted === null) return;
    this.bursts.set(target, {
      ...{ ...granted, slice, left: BURST_PROBES, missedAtMs: nowMs, dueAtMs: nowMs + COLLECT_MS },
    });
    this.scheduleStep(nowMs + COLLECT_MS);
  }

  /** Refuses the latest burst of a crowd, and ends the bursts of its first misses. */
  private refuseCrowd(slice: MissedSlice): void {
    const begun = [...this.bursts].filter(([, burst]) => burst.slice === slice);
    for (const [target] of begun) this.endBurst(target);
    this.options.bursts.refuseCrowd(1 + begun.length);
  }

  private endBurst(target: ScheduledTarget): void {
    const burst = this.bursts.get(target);
    if (burst === undefined) return;
    this.bursts.delete(target);
    this.options.bursts.endBurst(target, burst, burst.left);
  }

  private scheduleStep(dueAtMs: number): void {
    const atMs = Math.max(dueAtMs, this.lastStepMs + STEP_MS);
    if (this.timerAtMs <= atMs) return;
    clearTimeout(this.timer);
    this.timerAtMs = atMs;
    this.timer = setTimeout(() => this.runStep(), Math.max(1, atMs - performance.now()));
  }

  private runStep(): void {
    const nowMs = performance.now();
    this.timerAtMs = Infinity;
    this.lastStepMs = nowMs;
    const due: ScheduledTarget[] = [];
    for (const [target, { dueAtMs }] of this.bursts) {
      if (target.removed) this.endBurst(target);
      else if (dueAtMs <= nowMs + STEP_SLACK_MS) due.push(target);
    }
    const groups = Map.groupBy(due, ({ timeoutMs, definition }) => `${timeoutMs} ${pingOptionsKey(definition)}`);
    for (const group of groups.values()) if (this.running.size < RUNS_MAX) this.launchStep(group, nowMs);
    const nextAtMs = [...this.bursts.values()].reduce((first, { dueAtMs }) => Math.min(first, dueAtMs), Infinity);
    if (nextAtMs < Infinity) this.scheduleStep(nextAtMs);
  }

  /** Sends one probe to each of the targets, which have the same timeout and options. Without free packets they wait for the next step. */
  private launchStep(targets: readonly ScheduledTarget[], nowMs: number): void {
    const { executor, bursts, budget, signal } = this.options;
    const [first] = targets;
    const burst = first && this.bursts.get(first);
    const free = budget.freePerSecond(nowMs);
    const perSecond = Math.min(free, Math.max(PER_SECOND_MIN, bursts.plannedPerSecond));
    if (first === undefined || burst === undefined || perSecond < SECOND_MS / STEP_MS) return;
    const spacingMs = (SECOND_MS * burst.packets) / perSecond;
    budget.takePackets(perSecond, nowMs + targets.length * spacingMs);
    const sent = targets.map((target) => ({ target, missedAtMs: this.sendNext(target, nowMs) }));
    const slice = {
      ...{ ips: targets.map(({ ip }) => ip), checks: targets.map(({ definition }) => definition) },
      ...{ timeoutMs: first.timeoutMs, spacingMs, spacingMsMin: (SECOND_MS * burst.packets) / free },
    };
    const halt = signal();
    const run = executor
      .runSlice(slice, (index, ...result) => sent[index] && this.takeResult(sent[index], result), halt)
      .then((end) => {
        this.running.delete(run);
        if (!halt.aborted) this.options.log.logEnd(end, executor.counters);
      });
    this.running.add(run);
  }

  /** Takes note that the next probe of a target is sent. Returns when its first miss was known. */
  private sendNext(target: ScheduledTarget, nowMs: number): number {
    const burst = this.bursts.get(target);
    if (burst === undefined) return nowMs;
    burst.left--;
    burst.dueAtMs = nowMs + burst.stepMs;
    this.options.bursts.counts.probes++;
    if (burst.left === 0) this.endBurst(target);
    return burst.missedAtMs;
  }

  /** Records a result. A further miss waits until the uplink was checked. */
  private takeResult({ target, missedAtMs }: SentProbe, [sentAtMs, outcome, rttUs, detail]: ProbeOutcome): void {
    const { onResult, whenAsked = (_sinceMs, judge) => judge() } = this.options;
    const record = (): void => {
      if (target.removed) return;
      const isBelieved = onResult(target, sentAtMs, outcome, rttUs, encodeConfirming(detail));
      this.noteResult(target, outcome, isBelieved, { newMisses: 0 });
    };
    if (isSuccess(outcome)) record();
    else whenAsked(missedAtMs, record);
  }
}
