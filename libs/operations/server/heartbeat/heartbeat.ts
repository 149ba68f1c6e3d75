import { createLogger, metrics } from '@icmp-mon/platform/ops';
import { Counter } from 'prom-client';
import type { HealthReader } from '../health/health-reader';

const ANSWER_MS_MAX = 5_000;
const logger = createLogger('heartbeat');

const heartbeats = new Counter({
  name: 'icmpmon_heartbeats_total',
  help: 'Heartbeats by outcome: sent, withheld (the product is not healthy), failed (the address did not accept it).',
  labelNames: ['outcome'],
  registers: [metrics],
});

export type HeartbeatOutcome = 'sent' | 'withheld' | 'failed';

/**
 * A dead man's switch: regularly notifies an external service that the product works. That service alerts the operator when
 * heartbeats stop, so the heartbeat is withheld while a vital part is bad or cannot be read.
 */
export class Heartbeat {
  constructor(
    private readonly reader: HealthReader,
    private readonly url: string,
  ) {}

  async sendBeat(): Promise<HeartbeatOutcome> {
    const outcome = await this.attemptBeat();
    heartbeats.inc({ outcome });
    return outcome;
  }

  private async attemptBeat(): Promise<HeartbeatOutcome> {
    const { parts, view } = await this.reader.readParts();
    const sick = parts.filter(({ part, state }) => part.isVital && (state === 'bad' || state === 'unknown'));
    if (sick.length > 0) {
      const reasons = sick.map(({ part }) => `${part.title}: ${view.parts.find(({ id }) => id === part.id)?.summary}`);
      logger.error({ reasons }, 'heartbeat withheld: a vital part of the product is bad or unknown');
      return 'withheld';
    }
    try {
      // No redirects: a response from another address does not come from the configured service.
      const response = await fetch(this.url, {
        method: 'POST',
        redirect: 'manual',
        signal: AbortSignal.timeout(ANSWER_MS_MAX),
      });
      await response.body?.cancel();
      if (response.ok) return 'sent';
      logger.warn({ status: response.status }, 'heartbeat refused; the next one is sent on schedule');
    } catch (error) {
      logger.warn({ cause: causeOf(error) }, 'heartbeat could not be sent; the next one is sent on schedule');
    }
    return 'failed';
  }
}

/** Returns the code or name of the error, never its message, which may contain the secret address. */
function causeOf(error: unknown): string {
  const cause: unknown = error instanceof Error && error.cause !== undefined ? error.cause : error;
  if (cause instanceof Error && 'code' in cause) return String(cause.code);
  return cause instanceof Error ? cause.name : typeof cause;
}
