import type { AgentTraces as TracesReport } from '@icmp-mon/agents/contract';
import type { TraceEnd } from '@icmp-mon/paths/contract';
import { pause } from '@icmp-mon/platform/concurrency';
import { isSuccess, isVote } from '@icmp-mon/probing/contract';
import type { AgentLog } from '../agent-log';
import { allowsTraces, type LocalPolicy } from '../policy/local-policy';
import type { Probers } from '../schedule/probers';
import type { GatewayClient } from '../ship/gateway-client';
import { PtrCache } from './ptr-cache';
import { StoredTraceSettings } from './stored-trace-settings';
import { TraceRunner } from './trace-runner';
import { type DueTrace, TraceSchedule } from './trace-schedule';
import { TraceSpool } from './trace-spool';
import { TraceStore } from './trace-store';
import type { TraceTarget } from './trace-targets';
import { TraceUpload } from './trace-upload';

export interface AgentTracesOptions {
  gateway: Pick<GatewayClient, 'sendJson'>;
  policy: () => LocalPolicy;
  /** The schedule, with whose packets those of traces are counted. */
  probers: Pick<Probers, 'packets' | 'scheduledPerSecond'>;
  /** Whether misses are believed now: this machine's own line works, as far as is known. */
  hasUplink: () => boolean;
  /** Whether no result waits for its upload. */
  isIdle: () => boolean;
  stateDir: string;
  log: AgentLog;
  mtrPath?: string | undefined;
}

const LOOK_EVERY_MS = 500;
/** Shortest time between two starts, in ms. */
const START_EVERY_MS = 100;
/** Without mtr, or its permission, every trace fails: then one is tried this often, in ms. */
const RETRY_MS = 60_000;
/** Reasons that hold for every target. */
const OF_THIS_MACHINE: readonly string[] = ['missing', 'unsupported_version', 'not_permitted'];
/** Packets per second of a trace while it runs, at most. */
const PACKETS_PER_SECOND_MAX = 30;
const LOG_EVERY_MS = 3_600_000;

/** Traces of this agent: its automatic ones, and the way of all traces to the gateway, also of those on demand. */
export class AgentTraces {
  /** For commands, too. */
  readonly store: TraceStore;
  readonly names: PtrCache;
  readonly runner: TraceRunner;
  private readonly settings: StoredTraceSettings;
  private readonly schedule: TraceSchedule;
  private readonly spool: TraceSpool;
  private readonly upload: TraceUpload;
  private readonly stopSignal = new AbortController();
  private readonly running = new Set<Promise<void>>();
  private loop: Promise<void> = Promise.resolve();
  private scheduledPerSecond = 0;
  private repliedAtMs = -Infinity;
  private unusableUntilMs = -Infinity;
  /** A wall clock that is not set: targets keep their time of day. */
  private readonly originMs = Date.now() - performance.now();
  private made = 0;
  private notMade = 0;
  private loggedAtMs = -Infinity;

  constructor(private readonly options: AgentTracesOptions) {
    const { gateway, policy, probers, stateDir, log, mtrPath } = options;
    this.names = new PtrCache({ isOn: () => policy().traceNames });
    this.runner = new TraceRunner({
      ...{ policy, mtrPath, budget: probers.packets },
      scheduledPerSecond: (ip) => probers.scheduledPerSecond(ip),
    });
    this.settings = new StoredTraceSettings(stateDir, log);
    this.schedule = new TraceSchedule(() => this.settings.current, this.nowMs());
    this.spool = new TraceSpool({ dir: stateDir, log });
    this.store = new TraceStore(this.spool, () => this.upload.wakeUpload());
    const { spool, names } = this;
    this.upload = new TraceUpload({ gateway, spool, names, isIdle: options.isIdle, log });
  }

  /** Uses the settings of the installation, as the gateway sent them; an older gateway sends none. */
  useSettings(sent: unknown): void {
    this.settings.useSent(sent);
  }

  /** Replaces the targets; `packetsPerSecond` is what the schedule sends. */
  replaceTargets(targets: Iterable<TraceTarget>, packetsPerSecond: number): void {
    this.scheduledPerSecond = packetsPerSecond;
    this.schedule.replaceTargets(targets, packetsPerSecond, this.nowMs());
  }

  /** Records a result of the schedule. */
  recordResult(key: number, check: number, outcome: number, isBelieved: boolean): void {
    if (!isBelieved || !isVote(outcome)) return;
    const isMiss = !isSuccess(outcome);
    const nowMs = this.nowMs();
    if (!isMiss) this.repliedAtMs = nowMs;
    this.schedule.recordResult(key, check, isMiss, nowMs);
  }

  start(): void {
    this.upload.start();
    this.loop = this.traceUntilStopped(this.stopSignal.signal);
  }

  /** Stops running traces. */
  async stop(): Promise<void> {
    this.stopSignal.abort();
    await Promise.all([this.loop, ...this.running]);
    await this.upload.stop();
    await this.spool.close();
  }

  /** Returns what telemetry contains about traces. */
  tracesReport(): TracesReport {
    const dropped = {
      ...this.schedule.dropped,
      ...this.spool.dropped,
      ...{ not_made: this.notMade, refused: this.upload.refused },
    };
    return {
      made: this.made,
      waiting: this.schedule.waitingTraces,
      spooled: this.spool.size,
      dropped: Object.fromEntries(Object.entries(dropped).filter(([, traces]) => traces > 0)),
      roundDays: this.schedule.roundDays,
      paused: this.pausedBy,
    };
  }

  private get pausedBy(): TracesReport['paused'] {
    const policy = this.options.policy();
    if (!this.settings.current.isOn) return 'installation';
    if (!allowsTraces(policy)) return 'policy';
    if (!this.options.hasUplink()) return 'uplink';
    const used = this.scheduledPerSecond + (this.running.size + 1) * PACKETS_PER_SECOND_MAX;
    if (performance.now() < this.unusableUntilMs) return 'mtr';
    // Scheduled probes are never slowed down: a trace begins only if its packets are left over.
    return used > policy.packetsPerSecond ? 'full' : null;
  }

  private nowMs(): number {
    return this.originMs + performance.now();
  }

  private async traceUntilStopped(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const { pausedBy } = this;
      const { repliedAtMs, running } = this;
      const conditions = { isAllowed: pausedBy === null, repliedAtMs, running: running.size };
      const due = this.schedule.nextTrace(this.nowMs(), conditions);
      if (due === null) {
        await pause(LOOK_EVERY_MS, signal);
        continue;
      }
      const run = this.makeTrace(due, signal).finally(() => this.running.delete(run));
      this.running.add(run);
      await pause(START_EVERY_MS, signal);
    }
  }

  private async makeTrace(due: DueTrace, signal: AbortSignal): Promise<void> {
    const { key, ip, cause } = due;
    const end = await this.runner.traceTarget({ target: ip, isAutomatic: true, signal });
    this.schedule.endTrace(packetsOf(end));
    if (signal.aborted) return;
    if (await this.store.keepTrace({ cause, targetKey: key, commandId: null, end })) {
      this.made++;
      return;
    }
    // Commands use all traces, or all packets, that the policy file allows.
    if (!end.ok && end.reason === 'busy') return this.schedule.retryTrace(due, this.nowMs());
    this.notMade++;
    if (!end.ok && OF_THIS_MACHINE.includes(end.reason)) this.unusableUntilMs = performance.now() + RETRY_MS;
    if (end.ok || performance.now() - this.loggedAtMs < LOG_EVERY_MS) return;
    this.loggedAtMs = performance.now();
    this.options.log.warn({ reason: end.reason, detail: end.detail, ip }, 'a path cannot be traced');
  }
}

function packetsOf({ trace }: TraceEnd): number {
  return (trace?.rounds ?? []).reduce((sum, round) => sum + round.filter((probe) => probe !== null).length, 0);
}
