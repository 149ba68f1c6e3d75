import { DomainError } from '@icmp-mon/platform/errors';
import { metrics } from '@icmp-mon/platform/ops';
import { Counter, Gauge } from 'prom-client';
import type { Principal } from './permission';

/** Maximum event streams of one process. Each may have up to 1 MiB unsent, most of it shared with other streams. */
export const STREAMS_MAX = 2_000;
/** Maximum streams of one caller. A browser opens one per tab; a service may serve many viewers with one API key. */
export const STREAMS_OF_ONE_MAX: Readonly<Record<Principal['kind'], number>> = { user: 50, 'api-key': 1_500 };
/** Maximum streams of all API keys together, so that users can always open streams. */
export const STREAMS_OF_KEYS_MAX = 1_500;

const openGauge = new Gauge({
  name: 'icmpmon_streams_open',
  help: 'Open event streams of this process.',
  registers: [metrics],
});

export const streamsDropped = new Counter({
  name: 'icmpmon_streams_dropped_total',
  help: 'Event streams closed because the client did not read them.',
  registers: [metrics],
});

/** Counts open streams, in total and by caller. */
export class OpenStreams {
  private total = 0;
  private ofKeys = 0;
  private readonly byHolder = new Map<string, number>();

  get size(): number {
    return this.total;
  }

  /**
   * Takes a slot for one stream. Call the returned function exactly once to release it.
   * @throws DomainError `unavailable` at the limit of the process or of all API keys; `too_many_requests` at the limit of one caller
   */
  takeSlot({ kind, id }: Principal): () => void {
    if (this.total >= STREAMS_MAX) {
      throw new DomainError('unavailable', `This server holds ${STREAMS_MAX} streams, its limit. Try again shortly.`);
    }
    if (kind === 'api-key' && this.ofKeys >= STREAMS_OF_KEYS_MAX) {
      const detail = `This server holds ${STREAMS_OF_KEYS_MAX} streams of API keys, its limit. Try again shortly.`;
      throw new DomainError('unavailable', detail);
    }
    const holder = `${kind}:${id}`;
    const held = this.byHolder.get(holder) ?? 0;
    if (held >= STREAMS_OF_ONE_MAX[kind]) {
      throw new DomainError(
        'too_many_requests',
        `You have ${held} streams open, the limit per caller. Close some of them, or try again in a few seconds.`,
      );
    }
    this.byHolder.set(holder, held + 1);
    this.countOpen(kind, 1);
    return () => {
      const left = (this.byHolder.get(holder) ?? 1) - 1;
      if (left === 0) this.byHolder.delete(holder);
      else this.byHolder.set(holder, left);
      this.countOpen(kind, -1);
    };
  }

  private countOpen(kind: Principal['kind'], change: number): void {
    this.total += change;
    if (kind === 'api-key') this.ofKeys += change;
    openGauge.set(this.total);
  }
}
