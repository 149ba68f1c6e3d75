import type { AgentPolicyReport } from '@icmp-mon/agents/contract';
import { BackOff, pause, WakeUp } from '@icmp-mon/platform/concurrency';
import type { AgentLog } from '../agent-log';
import { type GatewayClient, GatewayFailure } from '../ship/gateway-client';
import { retryAfterMs } from '../ship/retry-after';

export interface PolicyReporterOptions {
  gateway: Pick<GatewayClient, 'policy'>;
  report: () => AgentPolicyReport;
  log: AgentLog;
}

/** Interval of unchanged reports, in ms: the control plane may have been restored from a backup. */
const AGAIN_MS = 600_000;
/** Delay in which several changes become one report, in ms; the gateway accepts one per 2 s. */
const PAUSE_MS = 2_500;
/** Answer of a gateway of an earlier release, which does not have the route. */
const NOT_FOUND = 404;

/** Reports what the policy file allows: at the start, after each change, and every 10 minutes. */
export class PolicyReporter {
  private readonly backOff = new BackOff({ firstMs: 1_000, maxMs: 60_000 });
  private readonly stopSignal = new AbortController();
  private readonly changes = new WakeUp();
  private running: Promise<void> = Promise.resolve();
  private reported = '';

  constructor(private readonly options: PolicyReporterOptions) {}

  start(): void {
    this.running = this.reportUntilStopped();
  }

  async stop(): Promise<void> {
    this.stopSignal.abort();
    await this.running;
  }

  /** Called when the policy file, or what it refuses, may have changed. */
  scheduleReport(): void {
    if (JSON.stringify(this.options.report()) !== this.reported) this.changes.wakeSleeper();
  }

  private async reportUntilStopped(): Promise<void> {
    const { signal } = this.stopSignal;
    while (!signal.aborted) {
      const waitMs = await this.sendReport(signal);
      if (waitMs > 0) await pause(waitMs, signal);
      else {
        await this.changes.sleepUntilWoken(AGAIN_MS, signal);
        await pause(PAUSE_MS, signal);
      }
    }
  }

  /** Returns how long to wait before a retry, in ms; 0 when the report arrived. */
  private async sendReport(signal: AbortSignal): Promise<number> {
    const report = this.options.report();
    try {
      await this.options.gateway.policy(report, signal);
      this.reported = JSON.stringify(report);
      this.backOff.succeeded();
      return 0;
    } catch (error) {
      if (signal.aborted) return 0;
      if (error instanceof GatewayFailure && error.status === NOT_FOUND) return AGAIN_MS;
      this.options.log.warn({ err: error }, 'reporting the policy file failed');
      return this.backOff.nextDelayMs() + retryAfterMs(error);
    }
  }
}
