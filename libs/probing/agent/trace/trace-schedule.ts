import type { TraceSettings } from '@icmp-mon/agents/contract';
import { networkOf, SpreadSample } from './spread-sample';
import { TRACE_PACKETS_MAX, TraceBudget } from './trace-budget';
import { type TraceTarget, TraceTargets } from './trace-targets';

/** A trace to make now. */
export interface DueTrace {
  key: number;
  ip: string;
  cause: 'schedule' | 'bad';
}

/** Conditions of the moment. */
export interface TraceConditions {
  /** False: the own line may be out, the policy file forbids it, or there are no packets left. */
  isAllowed: boolean;
  /** When any target last replied, in ms. */
  repliedAtMs: number;
  /** Automatic traces that run. */
  running: number;
}

/** Shortest time between two traces of a target because it went bad, in s. */
const BAD_EVERY_S = 900;
/** Targets that went bad and wait for their trace. */
const WAITING_MAX = 200;
/** The same of one network. */
const WAITING_PER_NETWORK_MAX = 4;
/** When no target has replied since a target went bad, its trace waits this long: an outage of the own line is noticed in less. */
const PROOF_MS = 7_000;
/** A target that is still bad is no news after this time, in ms. */
const WAITING_MS_MAX = 600_000;
/**
 * Traces at the same time, and those of the daily round: they share their first hops, and routers limit their answers. Linux sends one per second to
 * an address, which a single trace uses up, and a few at first.
 */
const RUNNING_MAX = 4;
const DAILY_RUNNING_MAX = 2;
/** How long a trace takes, in s. */
const TRACE_S = 12;
/** Slots that are looked at per call. */
const LOOK_AT = 2_000;
/** Packets of a trace before one is known. */
const FIRST_MEAN_PACKETS = 120;
const MEAN_WEIGHT = 0.05;
const DAY_MS = 86_400_000;

/**
 * Decides which target is traced when. Pure: clock and conditions are passed in.
 *
 *     result ──▶ goes bad ──▶ bounded sample, spread over networks ──┐
 *                                                                    ├── budget ──▶ trace
 *     time of day of each target that answers ───────────────────────┘
 *
 * Invariants: targets that went bad come first, and half of the budget is theirs; a target is traced at most once per 15 min because it went
 * bad, and at most once per interval because it answers; memory and the work of one call are bounded.
 */
export class TraceSchedule {
  /** Targets that went bad and were not traced, by reason. */
  readonly dropped = { recent: 0, sample: 0, recovered: 0 };
  private readonly targets = new TraceTargets();
  private readonly waiting = new SpreadSample(WAITING_MAX, WAITING_PER_NETWORK_MAX);
  /** When the waiting targets went bad, by slot, in ms. */
  private readonly badSinceMs = new Map<number, number>();
  private readonly budget: TraceBudget;
  private meanPackets = FIRST_MEAN_PACKETS;
  private cursor = 0;
  private isFirstPlan = true;
  private scheduledPerSecond = 0;

  constructor(
    private readonly settings: () => TraceSettings,
    nowMs: number,
  ) {
    this.budget = new TraceBudget(nowMs);
  }

  /** Replaces the targets. Those of the first call were probably traced before a restart; others need not wait for their time of day. */
  replaceTargets(targets: Iterable<TraceTarget>, packetsPerSecond: number, nowMs: number): void {
    this.scheduledPerSecond = packetsPerSecond;
    this.targets.replaceTargets(targets, this.isFirstPlan ? secondsOf(nowMs) : 0, (slot) => this.removeWaiting(slot));
    this.isFirstPlan = false;
  }

  /** Records a result that is believed. */
  recordResult(key: number, check: number, isMiss: boolean, nowMs: number): void {
    const change = this.targets.recordResult(key, check, isMiss);
    if (change === null) return;
    if (change.isBad) this.addBad(change.slot, nowMs);
    else if (this.removeWaiting(change.slot)) this.dropped.recovered++;
  }

  /** Returns the next trace, whose packets are taken from the budget; null if none is due, or if the budget does not suffice. */
  nextTrace(nowMs: number, conditions: TraceConditions): DueTrace | null {
    const { isOn, share } = this.settings();
    this.budget.setRate(share, this.scheduledPerSecond, nowMs);
    if (!isOn || !conditions.isAllowed || conditions.running >= RUNNING_MAX) return null;
    return this.nextBad(nowMs, conditions) ?? (conditions.running < DAILY_RUNNING_MAX ? this.nextDaily(nowMs) : null);
  }

  /** Records how many packets a trace has sent. */
  endTrace(packets: number): void {
    this.budget.giveBack(packets);
    if (packets > 0) this.meanPackets += (Math.min(packets, TRACE_PACKETS_MAX) - this.meanPackets) * MEAN_WEIGHT;
  }

  /** Makes a trace due again that could not begin; not if the target was removed, or is good again. */
  retryTrace({ key, ip, cause }: DueTrace, nowMs: number): void {
    const slot = this.targets.slotOf(key, ip);
    if (slot === undefined) return;
    if (cause === 'schedule') this.targets.noteDaily(slot, 0);
    else if (this.targets.isBad(slot)) this.addWaiting(slot, nowMs);
    else this.dropped.recovered++;
  }

  /** Number of targets that went bad and wait. */
  get waitingTraces(): number {
    return this.waiting.size;
  }

  /** Returns the days in which each answering target is traced once; null without any. */
  get roundDays(): number | null {
    const { answering } = this.targets;
    const { isOn, intervalMs } = this.settings();
    if (answering === 0 || !isOn) return null;
    const perSecond = Math.min(this.budget.packetsPerSecond / this.meanPackets, DAILY_RUNNING_MAX / TRACE_S);
    return Math.max(intervalMs, (answering * 1_000) / perSecond) / DAY_MS;
  }

  private addBad(slot: number, nowMs: number): void {
    if (!this.settings().isOn) return;
    const lastS = this.targets.badTraceAtS(slot);
    if (lastS !== 0 && secondsOf(nowMs) - lastS < BAD_EVERY_S) {
      this.dropped.recent++;
      return;
    }
    this.addWaiting(slot, nowMs);
  }

  private addWaiting(slot: number, nowMs: number): void {
    this.badSinceMs.set(slot, nowMs);
    const dropped = this.waiting.add(slot, networkOf(this.targets.ipOf(slot)));
    if (dropped === null) return;
    this.badSinceMs.delete(dropped);
    this.dropped.sample++;
  }

  private nextBad(nowMs: number, { repliedAtMs }: TraceConditions): DueTrace | null {
    if (this.waiting.size === 0) return null;
    for (const [slot, sinceMs] of this.badSinceMs) {
      if (nowMs - sinceMs < WAITING_MS_MAX) break;
      if (this.removeWaiting(slot)) this.dropped.sample++;
    }
    const isProven = (slot: number): boolean => {
      const sinceMs = this.badSinceMs.get(slot) ?? nowMs;
      return repliedAtMs > sinceMs || nowMs - sinceMs >= PROOF_MS;
    };
    const slot = this.budget.hasPackets(true, nowMs) ? this.waiting.takeNext(isProven) : null;
    if (slot === null) return null;
    this.badSinceMs.delete(slot);
    this.targets.noteBad(slot, secondsOf(nowMs));
    return this.dueTrace(slot, 'bad');
  }

  /** Looks at some slots, from where the last call ended: when the budget does not suffice, all targets still have their turn. */
  private nextDaily(nowMs: number): DueTrace | null {
    const { intervalMs } = this.settings();
    const { slotCount } = this.targets;
    if (!this.budget.hasPackets(false, nowMs)) return null;
    for (let looked = 0; looked < Math.min(LOOK_AT, slotCount); looked++) {
      const slot = this.cursor % slotCount;
      this.cursor = slot + 1;
      if (!this.targets.isDue(slot, nowMs, intervalMs)) continue;
      this.targets.noteDaily(slot, secondsOf(nowMs));
      return this.dueTrace(slot, 'schedule');
    }
    return null;
  }

  private dueTrace(slot: number, cause: DueTrace['cause']): DueTrace {
    this.budget.takeTrace();
    return { key: this.targets.keyOf(slot), ip: this.targets.ipOf(slot), cause };
  }

  private removeWaiting(slot: number): boolean {
    this.badSinceMs.delete(slot);
    return this.waiting.remove(slot, networkOf(this.targets.ipOf(slot)));
  }
}

const secondsOf = (ms: number): number => Math.floor(ms / 1_000);
