import { DomainError } from '@icmp-mon/platform/errors';
import { metrics } from '@icmp-mon/platform/ops';
import { Counter, Gauge } from 'prom-client';
import type { Principal } from './permission';

/** Streams of one process. Each may hold up to 1 MiB unsent, most of it shared with others. */
export const STREAMS_MAX = 2_000;
/** One stream a tab; a service may serve many viewers with its key. */
export const STREAMS_OF_ONE_MAX: Readonly<Record<Principal['kind'], number>> = { user: 50, 'api-key': 1_500 };
/** Of all API keys together, so that people always find a place. */
export const STREAMS_OF_KEYS_MAX = 1_500;

const openGauge = new Gauge({
  name: 'icmpmon_streams_open',
  help: 'Event streams that clients hold open on this process.',
  registers: [metrics],
});

export const streamsDropped = new Counter({
  name: 'icmpmon_streams_dropped_total',
  help: 'Event streams closed because their client did not read.',
  registers: [metrics],
});

/** Counts the streams that are open, in all and by who holds them. */
export class OpenStreams {
  private total = 0;
  private ofKeys = 0;
  private readonly byHolder = new Map<string, number>();

  get size(): number {
    return this.total;
  }

  /**
   * Takes a place, to be given back exactly once by the function returned.
   * @throws DomainError `unavailable` when the process is full, of keys or in all; `too_many_requests` when one caller has enough
   */
  take({ kind, id }: Principal): () => void {
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
        `${held} streams are open for you already; close some of them, or try again in a few seconds.`,
      );
    }
    this.byHolder.set(holder, held + 1);
    this.count(kind, 1);
    return () => {
      const left = (this.byHolder.get(holder) ?? 1) - 1;
      if (left === 0) this.byHolder.delete(holder);
      else this.byHolder.set(holder, left);
      this.count(kind, -1);
    };
  }

  private count(kind: Principal['kind'], change: number): void {
    this.total += change;
    if (kind === 'api-key') this.ofKeys += change;
    openGauge.set(this.total);
  }
}
