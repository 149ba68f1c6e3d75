import { hostname } from 'node:os';
import type { AgentDescription } from '@icmp-mon/agents/contract';
import { DETAIL_KIND } from '@icmp-mon/probing/contract';
import { type Compress } from '@icmp-mon/probing/wire';
import type { AgentLog } from './agent-log';
import { Description } from './enrol/description';
import type { Identity } from './enrol/identity-store';
import type { ExecutorCounters, Executors } from './executors/executor';
import { createExecutors } from './executors/executors';
import { type Gauges, TelemetryReporter } from './health/telemetry-reporter';
import { UncountedLog } from './health/uncounted-log';
import type { PolicyFile } from './policy/policy-file';
import { policyGauges, policyReport, type RefusedKeys } from './policy/policy-report';
import { Probers } from './schedule/probers';
import { planTargets } from './schedule/target-plan';
import { sessionReadiness } from './session-readiness';
import { GatewayClient } from './ship/gateway-client';
import { LaneShipper } from './ship/lane-shipper';
import { ResultCollector } from './ship/result-collector';
import { Spool } from './spool/spool';
import { AssignmentState } from './sync/assignment-state';
import { AssignmentSync } from './sync/assignment-sync';
import { PolicyReporter } from './sync/policy-reporter';
import { AgentTraces } from './trace/agent-traces';
import { traceTargetsOf } from './trace/trace-targets-of';
import { Uplink } from './uplink/uplink';

export interface SessionOptions extends AgentDescription {
  identity: Identity;
  policy: PolicyFile;
  stateDir: string;
  captureDir: string;
  fpingPath: string | undefined;
  spoolBytesMax: number;
  agentVersion: string;
  compress: Compress;
  log: AgentLog;
}

export interface AgentLosses extends ExecutorCounters {
  skippedRounds: number;
  failedSlices: number;
  scheduleLagMs: number;
  unmeasured: number;
}

/** How long a stop waits for running probes, in ms. */
const PROBE_GRACE_MS = 1_500;
/** Connects the parts of an enrolled agent: assignments, probing, spool, shipping and reports. */
export class Session {
  readonly gateway: GatewayClient;
  private readonly executors: Executors;
  private readonly spool: Spool;
  private readonly live: LaneShipper;
  private readonly backfill: LaneShipper;
  private readonly collector: ResultCollector;
  readonly prober: Probers;
  private readonly assignments: AssignmentState;
  private readonly sync: AssignmentSync;
  private readonly telemetry: TelemetryReporter;
  readonly uncounted: UncountedLog;
  private readonly policyReporter: PolicyReporter;
  private readonly description: Description;
  /** Decides which misses are believed. */
  private readonly uplink: Uplink;
  readonly traces: AgentTraces;
  private halted: string | null = null;
  private refused: Record<string, number> = {};
  private refusedKeys: RefusedKeys = { byAddress: [], byCheck: [], tooFast: [] };
  private refusalText = '';

  /** @throws Error if the spool cannot be opened */
  constructor(private readonly options: SessionOptions) {
    const { identity, stateDir, log } = options;
    this.gateway = new GatewayClient(identity);
    this.executors = createExecutors(options);
    this.spool = new Spool({ dir: stateDir, bytesMax: options.spoolBytesMax, log });
    const { gateway, spool } = this;
    gateway.onTimeMissed = (gatewayMs, missedMs) => {
      spool.beginBoot(gatewayMs);
      log.warn(
        { missedMs: Math.round(missedMs), boot: spool.boot },
        'machine slept, was paused, or was restored to an earlier state: continuing under a new boot',
      );
    };
    const shipping = { spool, gateway, agentId: identity.agentId, log };
    this.uplink = new Uplink(options, {
      rates: () => (this.halted === null ? this.prober : null),
      onOutage: (text) => this.moveToBackfill(text),
    });
    const { watch } = this.uplink;
    this.live = new LaneShipper({ ...shipping, ...watch.shipping, lane: 'live' });
    this.backfill = new LaneShipper({ ...shipping, lane: 'backfill', yieldsTo: this.live });
    this.collector = new ResultCollector({
      shardCount: identity.shardCount,
      compress: options.compress,
      keep: (blocks) => {
        spool.appendBlocks(blocks, this.live.isIdle);
        this.live.wakeShipper();
      },
      log,
    });
    this.prober = new Probers({
      executors: this.executors,
      onResult: (target, sentAtMs, outcome, rttUs, detail) => {
        const isBelieved = watch.recordResult(outcome);
        this.collector.record(target, sentAtMs, outcome, rttUs, detail, isBelieved);
        this.traces.recordResult(target.key, target.check, outcome, isBelieved);
        return isBelieved;
      },
      whenAsked: (sinceMs, judge) => watch.whenAsked(sinceMs, judge),
      log,
    });
    this.traces = new AgentTraces({
      ...{ gateway, stateDir, log, policy: () => options.policy.current, probers: this.prober },
      hasUplink: () => watch.mayWork,
      isIdle: () => this.live.isIdle,
    });
    this.assignments = AssignmentState.loadState(stateDir, log);
    this.sync = new AssignmentSync({ gateway, state: this.assignments, onChange: () => this.applyPlan(), log });
    const { name, region, provider, tags } = options;
    this.description = new Description({ gateway, said: { name, region, provider, tags }, log });
    this.uncounted = new UncountedLog(log);
    this.policyReporter = new PolicyReporter({
      gateway,
      report: () => policyReport(options.policy.current, this.refusedKeys),
      log,
    });
    this.telemetry = new TelemetryReporter({
      gateway,
      counters: () => this.counters(),
      gauges: () => this.gauges(),
      onAnswer: ({ uncounted = [], anchors, traces, detailKindMax }) => {
        this.collector.setReadable(detailKindMax);
        this.prober.setConfirming((detailKindMax ?? 0) >= DETAIL_KIND.confirming);
        this.uncounted.logUncounted(uncounted);
        this.uplink.setAnchors(anchors);
        this.traces.useSettings(traces);
      },
      log,
    });
  }

  start(): void {
    this.options.policy.watchFile(() => this.applyPlan());
    this.applyPlan();
    const { live, backfill, prober, uplink, traces, sync, telemetry, policyReporter, description } = this;
    const parts = [live, backfill, prober, uplink, traces, sync, telemetry, policyReporter, description];
    for (const part of parts) part.start();
  }

  /** Stops probing after the running slices, because results would not be accepted; null resumes it. */
  haltProbing(reason: string | null): void {
    if (this.halted === reason) return;
    this.halted = reason;
    this.applyPlan();
  }

  /** Stops probing first. When this resolves, everything that was measured is in the spool. */
  async stop(): Promise<void> {
    const { uplink, traces, sync, telemetry, policyReporter, description } = this;
    const others = [uplink, traces, sync, telemetry, policyReporter, description];
    await Promise.all([this.prober.stop(PROBE_GRACE_MS), ...others.map((part) => part.stop())]);
    this.collector.flush();
    await Promise.all([this.live.stop(), this.backfill.stop()]);
    this.spool.close();
    this.gateway.close();
    this.prober.close();
  }

  readiness(): Record<string, { ok: boolean; detail: string }> {
    const { sync, assignments, gateway, halted, live, description } = this;
    return sessionReadiness({ sync, assignments, gateway, halted, live, description, ping: this.executors.icmp_ping });
  }

  counters(): { probes: number; results: number; notSent: number; spooledResults: number } {
    const { results, notSent } = this.collector;
    const { spooledResults } = this.spool.stats();
    return { probes: this.prober.counters.probes, results, notSent, spooledResults };
  }

  gauges(): Gauges {
    const { blocks, bytes, oldestS, quarantined, droppedResults } = this.spool.stats();
    return {
      agentVersion: this.options.agentVersion,
      host: hostname(),
      assignmentVersion: this.assignments.version,
      targets: this.prober.targets,
      spoolBlocks: blocks,
      spoolBytes: bytes,
      spoolBytesMax: this.options.spoolBytesMax,
      spoolOldestS: Math.round(oldestS * 10) / 10,
      spoolQuarantined: quarantined,
      droppedResults: droppedResults + this.collector.droppedResults,
      clockOffsetMs: this.gateway.clockOffsetMs,
      ...policyGauges(this.options.policy.fault, this.refused),
      ...(this.description.configured && { configured: this.description.configured }),
      lateMs: this.prober.lateMs,
      ...this.prober.unmeasuredReport,
      ...(this.firstResultAfterMs !== undefined && { firstResultAfterMs: this.firstResultAfterMs }),
      executors: this.prober.health(),
      anchors: this.uplink.anchorStates,
      notBelieved: this.losses().notBelieved,
      confirming: this.prober.confirming,
      traces: this.traces.tracesReport(),
    };
  }

  /** Counters for metrics: losses that appear nowhere else. */
  losses(): AgentLosses {
    const { skippedRounds, failedSlices } = this.prober.counters;
    const { scheduleLagMs, unmeasured } = this.prober;
    const { notBelieved, ...counters } = this.prober.executorCounters;
    return {
      ...{ ...counters, skippedRounds, failedSlices, scheduleLagMs, unmeasured },
      notBelieved: { ...notBelieved, uplink_out: this.collector.doubted },
    };
  }

  /** Time from process start to the first result at the gateway, in ms; undefined before. */
  get firstResultAfterMs(): number | undefined {
    const atMs = [this.live, this.backfill].flatMap(({ firstShippedMs }) => firstShippedMs ?? []);
    return atMs.length === 0 ? undefined : Math.round(Math.min(...atMs));
  }

  shippedResults(): { live: number; backfill: number } {
    return { live: this.live.shippedResults, backfill: this.backfill.shippedResults };
  }

  /** Moves unshipped results to the backfill lane: they were measured during an outage of this machine and must not be judged. */
  private moveToBackfill(logText: string): void {
    const { log } = this.options;
    this.collector.flush();
    try {
      this.spool.moveToBackfill();
      log.info({}, logText);
    } catch (error) {
      log.warn({ err: error }, 'cannot exclude the results of the outage from judging: writing the spool failed');
    }
    this.backfill.wakeShipper();
  }

  /** Applies the policy file to the assignments and schedules the targets that it allows. */
  private applyPlan(): void {
    const { policy, log } = this.options;
    const { targets, tiers, version } = this.assignments;
    const plan = planTargets(targets.values(), tiers, policy.current, this.prober.types);
    this.collector.policyVersion = version;
    const planned = this.halted === null ? plan.targets : [];
    this.prober.replacePlan(planned, policy.current);
    this.traces.replaceTargets(traceTargetsOf(planned, this.assignments), plan.packetsPerSecond);
    this.refused = plan.refused;
    this.refusedKeys = plan.refusedKeys;
    this.policyReporter.scheduleReport();
    const text = JSON.stringify([plan.refused, plan.examples]);
    if (text === this.refusalText) return;
    this.refusalText = text;
    if (plan.refusedTotal === 0) return;
    log.warn({ refused: plan.refused, examples: plan.examples }, 'the policy file refuses assigned targets');
  }
}
