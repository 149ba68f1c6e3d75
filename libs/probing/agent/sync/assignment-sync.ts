import { BackOff, pause } from '@icmp-mon/platform/concurrency';
import type { AgentLog } from '../agent-log';
import type { GatewayClient } from '../ship/gateway-client';
import type { AssignmentState } from './assignment-state';
import { retryAfterMs } from '../ship/retry-after';

export interface AssignmentSyncOptions {
  gateway: Pick<GatewayClient, 'fetchAssignments'>;
  state: AssignmentState;
  /** Called when the state has changed. */
  onChange: () => void;
  log: AgentLog;
}

/** Shortest time between two changes, in ms: a server with frequent changes must not have the same address probed repeatedly. */
const PAUSE_MS = 250;
const LOG_EVERY_MS = 60_000;

/** Keeps the assignments up to date by long polling. */
export class AssignmentSync {
  /** Whether the gateway has answered since the start. */
  synced = false;
  failure: string | undefined;
  private readonly backOff = new BackOff({ firstMs: 500, maxMs: 10_000 });
  private readonly stopSignal = new AbortController();
  private running: Promise<void> = Promise.resolve();
  private loggedAtMs = -Infinity;

  constructor(private readonly options: AssignmentSyncOptions) {}

  start(): void {
    this.running = this.syncUntilStopped();
  }

  async stop(): Promise<void> {
    this.stopSignal.abort();
    await this.running;
  }

  private async syncUntilStopped(): Promise<void> {
    const { signal } = this.stopSignal;
    while (!signal.aborted) await pause(await this.askOnce(), signal);
  }

  /** Returns how long to wait before the next request, in ms. */
  private async askOnce(): Promise<number> {
    const { gateway, state, log, onChange } = this.options;
    try {
      const answer = await gateway.fetchAssignments(state.version, this.stopSignal.signal);
      if (answer !== null) {
        state.applyAnswer(answer);
        onChange();
        state.saveState();
        const { version, targets } = state;
        log.info({ version, targets: targets.size }, 'assignments changed');
      }
      this.synced = true;
      this.failure = undefined;
      this.backOff.succeeded();
      return PAUSE_MS;
    } catch (error) {
      if (this.stopSignal.signal.aborted) return 0;
      return this.handleFailure(error);
    }
  }

  private handleFailure(error: unknown): number {
    this.failure = error instanceof Error ? error.message : String(error);
    if (performance.now() - this.loggedAtMs > LOG_EVERY_MS) {
      this.options.log.warn({ err: error }, 'requesting assignments failed; probing continues with the stored ones');
      this.loggedAtMs = performance.now();
    }
    return this.backOff.nextDelayMs() + retryAfterMs(error);
  }
}
