import type { ConfirmingCount, ExecutorHealth, Unmeasured } from '@icmp-mon/agents/contract';
import type { CheckType } from '@icmp-mon/probing/contract';
import type { AgentLog } from '../agent-log';
import { BurstBudget } from './burst-budget';
import type { Executor, ExecutorCounters, Executors } from '../executors/executor';
import { sumNotBelieved } from '../executors/not-believed';
import { PacketBudget, type PacketLimits } from './packet-budget';
import { sumUnmeasured } from './pace';
import { Prober } from './prober';
import type { OnProbed, ProberCounters, ProberOptions } from './prober-options';
import { ScheduledRates } from './scheduled-rates';
import type { PlannedTarget } from './target-plan';

/** Least packets per second with which other probes than those of targets are sent. */
const OTHER_PER_S_MIN = 1;

export interface ProbersOptions extends Pick<ProberOptions, 'whenAsked'> {
  executors: Executors;
  onResult: OnProbed;
  log: AgentLog;
}

/** One prober per executor; together they send no more packets per second than the policy allows. */
export class Probers {
  /** Types of checks that have an executor. */
  readonly types: ReadonlySet<CheckType>;
  /** Number of different targets that are probed. */
  targets = 0;
  private readonly budget = new PacketBudget({ packetsPerSecond: Infinity, packetsPerSecondPerAddress: 1 });
  private readonly bursts = new BurstBudget();
  private rates = new ScheduledRates([]);
  private readonly executors: readonly Executor[];
  private readonly all: readonly (readonly [CheckType, Prober])[];

  constructor({ executors, ...options }: ProbersOptions) {
    this.executors = Object.values(executors);
    const shared = { ...options, budget: this.budget, bursts: this.bursts };
    this.all = this.executors.map((executor) => [executor.type, new Prober({ executor, ...shared })] as const);
    this.types = new Set(this.executors.map(({ type }) => type));
  }

  /** Replaces what is probed. Checks of types without an executor are ignored. */
  replacePlan(plan: readonly PlannedTarget[], limits: PacketLimits): void {
    this.budget.limits = limits;
    this.rates = new ScheduledRates(plan);
    this.targets = new Set(plan.map(({ key }) => key)).size;
    this.bursts.setPlan(this.rates, this.targets, limits);
    const byType = Map.groupBy(plan, ({ definition }) => definition.type);
    for (const [type, prober] of this.all) prober.replacePlan(byType.get(type) ?? []);
  }

  /** Returns the packets per second that the plan sends to an address. */
  scheduledPerSecond(ip: string): number {
    return this.rates.ofAddress(ip);
  }

  /** Returns the packets per second to an address that the policy file allows and the plan leaves. */
  freePerSecondOf(ip: string): number {
    return this.budget.limits.packetsPerSecondPerAddress - this.scheduledPerSecond(ip);
  }

  /** Takes packets per second for probes outside the schedule; false if slices use them now. */
  takeRate(perSecond: number, forMs: number): boolean {
    const nowMs = performance.now();
    if (this.budget.freePerSecond(nowMs) < perSecond) return false;
    this.budget.takePackets(perSecond, nowMs + forMs);
    return true;
  }

  /** The packets that the policy file allows, shared with traces. */
  get packets(): Pick<PacketBudget, 'freePerSecond' | 'takePackets'> {
    return this.budget;
  }

  /** Sets whether the control plane reads the mark of confirming probes: otherwise first misses are not confirmed. */
  setConfirming(isEnabled: boolean): void {
    this.bursts.isEnabled = isEnabled;
  }

  /** Counts of confirming bursts. */
  get confirming(): Readonly<Record<ConfirmingCount, number>> {
    return { ...this.bursts.counts };
  }

  start(): void {
    for (const prober of this.probers) prober.start();
  }

  /** Lets running slices continue for at most `graceMs`. */
  async stop(graceMs: number): Promise<void> {
    await Promise.all(this.probers.map((prober) => prober.stop(graceMs)));
  }

  get counters(): ProberCounters {
    const sum = (of: keyof ProberCounters): number => this.sum(({ counters }) => counters[of]);
    const probes = sum('probes') + this.bursts.counts.probes;
    return { probes, skippedRounds: sum('skippedRounds'), failedSlices: sum('failedSlices') };
  }

  /** Greatest delay of any prober: see `Pace`. */
  get lateMs(): number {
    return Math.max(...this.probers.map(({ pace }) => pace.lateMs));
  }

  /** Due probes without a result: per second, and in the last minute by reason. */
  get unmeasuredReport(): { unmeasuredPerS: number; unmeasured: Unmeasured } {
    const unmeasured = sumUnmeasured(this.probers.map(({ pace }) => pace.unmeasuredBy));
    return { unmeasuredPerS: this.sum(({ pace }) => pace.unmeasuredPerS), unmeasured };
  }

  get unmeasured(): number {
    return this.sum(({ pace }) => pace.unmeasured);
  }

  get scheduleLagMs(): number {
    return Math.max(...this.probers.map(({ scheduleLagMs }) => scheduleLagMs));
  }

  /** Takes packets for other probes of this agent. Returns the time between two of them in ms; null if the policy's rate has no room now. */
  takePackets(count: number, spacingMsMin: number): number | null {
    const nowMs = performance.now();
    const perSecond = Math.min(1_000 / spacingMsMin, this.budget.freePerSecond(nowMs));
    if (perSecond < OTHER_PER_S_MIN) return null;
    const spacingMs = 1_000 / perSecond;
    this.budget.takePackets(perSecond, nowMs + count * spacingMs);
    return spacingMs;
  }

  /** Counters of all executors. */
  get executorCounters(): ExecutorCounters {
    const sum = (of: 'droppedLines' | 'foreignReplies'): number =>
      this.executors.reduce((total, { counters }) => total + counters[of], 0);
    const notBelieved = sumNotBelieved(this.executors.map(({ counters }) => counters.notBelieved));
    return { droppedLines: sum('droppedLines'), foreignReplies: sum('foreignReplies'), notBelieved };
  }

  health(): ExecutorHealth[] {
    return this.executors.map((executor) => executor.health());
  }

  /** Ends the executors; call it after `stop`. */
  close(): void {
    for (const executor of this.executors) executor.close();
  }

  private get probers(): Prober[] {
    return this.all.map(([, prober]) => prober);
  }

  private sum(of: (prober: Prober) => number): number {
    return this.probers.reduce((total, prober) => total + of(prober), 0);
  }
}
