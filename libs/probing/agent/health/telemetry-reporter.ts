import type { AgentTelemetry, ExecutorState, TelemetryResponse } from '@icmp-mon/agents/contract';
import type { AgentLog } from '../agent-log';
import { type GatewayClient, GatewayFailure } from '../ship/gateway-client';
import { cpuMs, type CpuMs } from './cpu-meter';

/** Counters that only increase; the report has their rate per second. */
export interface Counters {
  probes: number;
  results: number;
  notSent: number;
}

/** Values that the report contains unchanged. */
export type Gauges = Omit<
  AgentTelemetry,
  'at' | 'startedAt' | 'probesPerS' | 'resultsPerS' | 'notSentPerS' | 'cpuCores' | 'executorCpuCores' | 'rssBytes'
>;

export interface TelemetryReporterOptions {
  gateway: Pick<GatewayClient, 'sendTelemetry'>;
  counters: () => Counters;
  gauges: () => Gauges;
  /** Called with each answer. */
  onAnswer: (answer: Partial<TelemetryResponse>) => void;
  log: AgentLog;
  everyMs?: number;
}

const EVERY_MS = 5_000;
const REFUSED_AS_INVALID = 400;
const FIRST_STATES: readonly ExecutorState[] = ['ok', 'missing', 'not_permitted', 'restarting', 'idle'];
const LOG_EVERY_MS = 60_000;

/** Reports the agent's state every 5 s. A report that does not arrive is not retried: the next one is newer. */
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
    this.beginReport();
    this.timer = setInterval(() => this.beginReport(), this.options.everyMs ?? EVERY_MS);
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    this.stopSignal.abort();
    await this.running;
  }

  /** Returns the report for the time since the previous one. */
  takeReport(): AgentTelemetry {
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

  private beginReport(): void {
    if (this.running !== undefined) return;
    this.running = this.measureAndSend().finally(() => (this.running = undefined));
  }

  private async measureAndSend(): Promise<void> {
    try {
      this.options.onAnswer(await this.sendReport(this.takeReport()));
    } catch (error) {
      if (this.stopSignal.signal.aborted || performance.now() - this.loggedAtMs < LOG_EVERY_MS) return;
      this.loggedAtMs = performance.now();
      this.options.log.warn({ err: error }, 'sending telemetry failed');
    }
  }

  /** An older gateway rejects the whole report because of one unknown state: it is then sent again with states that all releases know. */
  private async sendReport(report: AgentTelemetry): Promise<Partial<TelemetryResponse>> {
    const { gateway } = this.options;
    const { signal } = this.stopSignal;
    try {
      return await gateway.sendTelemetry(report, signal);
    } catch (error) {
      const older = asKnownBefore(report);
      if (older === report || !(error instanceof GatewayFailure) || error.status !== REFUSED_AS_INVALID) throw error;
      return await gateway.sendTelemetry(older, signal);
    }
  }
}

/** Returns the report with the nearest state that all gateways know; the detail text is unchanged. */
function asKnownBefore(report: AgentTelemetry): AgentTelemetry {
  if (report.executors.every(({ state }) => FIRST_STATES.includes(state))) return report;
  const executors = report.executors.map((executor) =>
    FIRST_STATES.includes(executor.state) ? executor : { ...executor, state: 'restarting' as const },
  );
  return { ...report, executors };
}

function round(value: number): number {
  return Math.max(0, Math.round(value * 10_000) / 10_000);
}
