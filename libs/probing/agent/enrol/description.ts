import type { AgentDescription } from '@icmp-mon/agents/contract';
import { BackOff, pause } from '@icmp-mon/platform/concurrency';
import type { AgentLog } from '../agent-log';
import { type GatewayClient, GatewayFailure } from '../ship/gateway-client';
import { retryAfterMs } from '../ship/retry-after';

export interface DescriptionOptions {
  gateway: Pick<GatewayClient, 'sendDescription'>;
  /** Description in the agent's settings. */
  said: AgentDescription;
  log: AgentLog;
}

const FIRST_MS = 1_000;
const MAX_MS = 60_000;

/**
 * Sends the description in the settings to the gateway once after the start. A changed provider or changed tags then take effect; a changed
 * name or region does not, which is reported.
 */
export class Description {
  /** Name and region of the settings if they are not in force. */
  configured: { name: string; region: string } | undefined;
  private readonly backOff = new BackOff({ firstMs: FIRST_MS, maxMs: MAX_MS });
  private readonly stopSignal = new AbortController();
  private running: Promise<void> = Promise.resolve();

  constructor(private readonly options: DescriptionOptions) {}

  start(): void {
    this.running = this.reportUntilStopped();
  }

  async stop(): Promise<void> {
    this.stopSignal.abort();
    await this.running;
  }

  /** Message for readiness about what is not in force; undefined when everything is. */
  get warning(): string | undefined {
    if (this.configured === undefined) return undefined;
    const { name, region } = this.configured;
    return (
      `ICMPMON_AGENT_NAME=${name} and ICMPMON_AGENT_REGION=${region} are not in force: the agent keeps those of its  ` +
      'enrolment or of an operator. An operator changes them on the page of the agent'
    );
  }

  private async reportUntilStopped(): Promise<void> {
    const { signal } = this.stopSignal;
    for (let waitMs: number | null = 0; waitMs !== null && !signal.aborted;) {
      await pause(waitMs, signal);
      waitMs = signal.aborted ? null : await this.reportOnce();
    }
  }

  /** Returns how long to wait before the next attempt, in ms; null when there is nothing left to do. */
  private async reportOnce(): Promise<number | null> {
    const { gateway, said, log } = this.options;
    try {
      const inForce = await gateway.sendDescription(said, this.stopSignal.signal);
      const { name, region } = said;
      this.configured = name === inForce.name && region === inForce.region ? undefined : { name, region };
      if (this.warning !== undefined) log.warn({ inForce, said }, this.warning);
      return null;
    } catch (error) {
      const status = error instanceof GatewayFailure ? error.status : 0;
      // A gateway of an earlier release does not have the route.
      if (status === 404) return null;
      if (status === 400) {
        log.error({ err: error, said }, "the gateway rejected the description in this agent's settings");
        return null;
      }
      return this.backOff.nextDelayMs() + retryAfterMs(error);
    }
  }
}
