import type { AgentLog } from '../agent-log';
import type { Executor } from '../executors/executor';
import { PacketBudget } from './packet-budget';
import { Schedule, type ScheduledTarget, SLICE_MS } from './schedule';
import type { PlannedTarget } from './target-plan';

/** fping has 65,535 sequence numbers for 10 s. */
const SLICE_TARGETS_MAX = 30_000;
/** New targets are probed at once beside those that are due, at least so many a second. */
const FRESH_PER_SLICE_MIN = 50;
const FRESH_SPACING_MS_MAX = 10;
const LOG_EVERY_MS = 60_000;

export type OnProbed = (target: ScheduledTarget, sentAtMs: number, outcome: number, rttUs: number) => void;

export interface ProberOptions {
  executor: Executor;
  onResult: OnProbed;
  log: AgentLog;
  /** Wall clock; read once, so that phases stay where they were before a restart. */
  nowMs?: () => number;
}

export interface ProberCounters {
  probes: number;
  /** Targets that were due again before their turn came. */
  skippedRounds: number;
  failedSlices: number;
}

/** Runs the schedule: each second one slice of targets, evenly paced, never a burst. */
export class Prober {
  readonly counters: ProberCounters = { probes: 0, skippedRounds: 0, failedSlices: 0 };
  /** How late the last slice began, in ms. */
  scheduleLagMs = 0;
  private readonly schedule = new Schedule();
  private readonly budget = new PacketBudget(Number.MAX_SAFE_INTEGER, performance.now());
  private readonly waiting: ScheduledTarget[] = [];
  private readonly fresh: ScheduledTarget[] = [];
  private readonly stopSignal = new AbortController();
  private readonly running = new Set<Promise<void>>();
  private readonly clockStartMs: number;
  private lastSlice = -1;
  private timer: NodeJS.Timeout | undefined;
  private loggedAtMs = -Infinity;
  private loggedState = '';

  constructor(private readonly options: ProberOptions) {
    this.clockStartMs = (options.nowMs ?? Date.now)() - performance.now();
  }

  get targets(): number {
    return this.schedule.size;
  }

  replace(plan: readonly PlannedTarget[], packetsPerSecond: number): void {
    this.budget.packetsPerSecond = packetsPerSecond;
    for (const target of this.schedule.replace(plan)) {
      this.wait(target, performance.now(), this.fresh);
    }
    if (this.timer === undefined) return;
    // Not with the next slice but now: somebody may be watching.
    this.launchFresh();
  }

  start(): void {
    this.lastSlice = this.sliceNow();
    this.tick();
  }

  /** Lets running slices end, for at most `graceMs`. */
  async stop(graceMs: number): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    const grace = setTimeout(() => this.stopSignal.abort(), graceMs);
    await Promise.all(this.running);
    clearTimeout(grace);
  }

  private sliceNow(): number {
    return Math.floor((this.clockStartMs + performance.now()) / SLICE_MS);
  }

  private tick(): void {
    const slice = this.sliceNow();
    // After a long pause (a suspended machine) each target is due once, not once per round that was slept through.
    const from = Math.max(this.lastSlice + 1, slice - this.schedule.slotsMax + 1);
    for (let at = from; at <= slice; at++) this.collect(at);
    this.lastSlice = slice;
    this.launchFresh();
    this.launchWaiting();
    const nextAtMs = (slice + 1) * SLICE_MS - this.clockStartMs;
    this.timer = setTimeout(() => this.tick(), Math.max(1, nextAtMs - performance.now()));
  }

  private collect(slice: number): void {
    const dueAtMs = slice * SLICE_MS - this.clockStartMs;
    for (const target of this.schedule.due(slice)) this.wait(target, dueAtMs, this.waiting);
  }

  private wait(target: ScheduledTarget, dueAtMs: number, queue: ScheduledTarget[]): void {
    if (target.waiting) {
      this.counters.skippedRounds++;
      return;
    }
    target.waiting = true;
    target.dueAtMs = dueAtMs;
    queue.push(target);
  }

  private launchFresh(): void {
    if (this.fresh.length === 0 || this.running.size >= this.options.executor.parallelMax - 1) return;
    const count = Math.max(FRESH_PER_SLICE_MIN, Math.ceil(this.schedule.targetsPerSlice));
    this.launch(this.fresh, count, Math.min(FRESH_SPACING_MS_MAX, SLICE_MS / count));
  }

  private launchWaiting(): void {
    while (this.waiting.length > 0 && this.running.size < this.options.executor.parallelMax) {
      const before = this.waiting.length;
      this.launch(this.waiting, SLICE_TARGETS_MAX, null);
      if (this.waiting.length === before) return;
    }
  }

  /** Takes from the queue's head the targets that share the first one's timeout, and probes them as one slice. */
  private launch(queue: ScheduledTarget[], countMax: number, spacingMs: number | null): void {
    const nowMs = performance.now();
    const count = Math.min(countMax, this.budget.available(nowMs));
    if (count < 1) return;
    const targets = takeAlike(queue, count);
    const first = targets[0];
    if (first === undefined) return;
    this.budget.take(targets.length);
    this.scheduleLagMs = Math.max(0, nowMs - first.dueAtMs);
    const pace = Math.max(spacingMs ?? SLICE_MS / targets.length, 1000 / this.budget.packetsPerSecond);
    const run = this.run(targets, first.timeoutMs, pace).finally(() => {
      this.running.delete(run);
      if (this.timer !== undefined) this.launchWaiting();
    });
    this.running.add(run);
  }

  private async run(targets: ScheduledTarget[], timeoutMs: number, spacingMs: number): Promise<void> {
    const { executor, onResult } = this.options;
    this.counters.probes += targets.length;
    const ips = targets.map((target) => {
      target.waiting = false;
      return target.ip;
    });
    const slice = { ips, timeoutMs, spacingMs };
    const end = await executor.run(
      slice,
      (index, sentAtMs, outcome, rttUs) => {
        const target = targets[index];
        if (target !== undefined && !target.removed) onResult(target, sentAtMs, outcome, rttUs);
      },
      this.stopSignal.signal,
    );
    if (this.stopSignal.signal.aborted) return;
    if (!end.ok) this.counters.failedSlices++;
    this.tellOf(end.ok ? 'ok' : end.state, end.ok ? '' : end.detail);
  }

  /** Says a change of the executor's state at once, and a state that stays once a minute. */
  private tellOf(state: string, detail: string): void {
    const nowMs = performance.now();
    const changed = state !== this.loggedState;
    if (!changed && (state === 'ok' || nowMs - this.loggedAtMs < LOG_EVERY_MS)) return;
    if (state !== 'ok') this.options.log.error({ state, detail }, `probing has no data: ${detail}`);
    else if (this.loggedState !== '') this.options.log.info({}, 'probing works again');
    this.loggedState = state;
    this.loggedAtMs = nowMs;
  }
}

function takeAlike(queue: ScheduledTarget[], countMax: number): ScheduledTarget[] {
  const taken: ScheduledTarget[] = [];
  const rest: ScheduledTarget[] = [];
  for (const target of queue) {
    if (target.removed) continue;
    const alike = taken[0] === undefined || taken[0].timeoutMs === target.timeoutMs;
    if (alike && taken.length < countMax) taken.push(target);
    else rest.push(target);
  }
  queue.length = 0;
  for (const target of rest) queue.push(target);
  return taken;
}
