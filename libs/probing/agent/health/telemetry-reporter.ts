import type { AgentTelemetry } from '@icmp-mon/agents/contract';
import type { UncountedResults } from '@icmp-mon/probing/contract';
import type { AgentLog } from '../agent-log';
import type { GatewayClient } from '../ship/gateway-client';
import { cpuMs, type CpuMs } from './cpu-meter';

/** What only rises; the report says how much per second. */
export interface Counters {
  probes: number;
  results: number;
  notSent: number;
}

/** What the report takes as it is. */
export type Gauges = Omit<
  AgentTelemetry,
  'at' | 'startedAt' | 'probesPerS' | 'resultsPerS' | 'notSentPerS' | 'cpuCores' | 'executorCpuCores' | 'rssBytes'
>;

export interface TelemetryReporterOptions {
  gateway: Pick<GatewayClient, 'telemetry'>;
  counters: () => Counters;
  gauges: () => Gauges;
  /** Told with each answer which results are not counted as this agent meant. */
  onUncounted: (uncounted: readonly UncountedResults[]) => void;
  log: AgentLog;
  everyMs?: number;
}

const EVERY_MS = 5_000;
const LOG_EVERY_MS = 60_000;

/** Says every 5 s how the agent fares. A report that does not arrive is not repeated: the next one is newer. */
export class TelemetryReporter {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private readonly startedAt = new Date().toISOString();
  private readonly stopSignal = new AbortController();
  private last: { atMs: number; counters: Counters; cpu: CpuMs };
  private loggedAtMs = -Infinity;

  constructor(private readonly options: TelemetryReporterOptions) {
    this.last = { atMs: performance.now(), counters: options.counters(), cpu: cpuMs() };
  }

  start(): void {
    this.report();
    this.timer = setInterval(() => this.report(), this.options.everyMs ?? EVERY_MS);
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    this.stopSignal.abort();
    await this.running;
  }

  /** The report as of now, over the time since the last one. */
  measure(): AgentTelemetry {
    const { counters, gauges } = this.options;
    const now = { atMs: performance.now(), counters: counters(), cpu: cpuMs() };
    const { last } = this;
    const elapsedMs = Math.max(1, now.atMs - last.atMs);
    const perS = (name: keyof Counters): number =>
      round(((now.counters[name] - last.counters[name]) * 1000) / elapsedMs);
    this.last = now;
    return {
      ...gauges(),
      at: new Date().toISOString(),
      startedAt: this.startedAt,
      probesPerS: perS('probes'),
      resultsPerS: perS('results'),
      notSentPerS: perS('notSent'),
      cpuCores: round((now.cpu.own - last.cpu.own) / elapsedMs),
      executorCpuCores: round((now.cpu.children - last.cpu.children) / elapsedMs),
      rssBytes: process.memoryUsage.rss(),
    };
  }

  private report(): void {
    if (this.running !== undefined) return;
    this.running = this.send().finally(() => (this.running = undefined));
  }

  private async send(): Promise<void> {
    try {
      const uncounted = await this.options.gateway.telemetry(this.measure(), this.stopSignal.signal);
      this.options.onUncounted(uncounted);
    } catch (error) {
      if (this.stopSignal.signal.aborted || performance.now() - this.loggedAtMs < LOG_EVERY_MS) return;
      this.loggedAtMs = performance.now();
      this.options.log.warn({ err: error }, 'cannot report telemetry');
    }
  }
}

function round(value: number): number {
  return Math.max(0, Math.round(value * 10_000) / 10_000);
}
