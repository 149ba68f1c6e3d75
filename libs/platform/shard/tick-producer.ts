import { encodeTickRecord } from '@icmp-mon/probing/contract';
import type { Sql } from '@icmp-mon/platform/database';
import { LeaseKeeper } from '@icmp-mon/platform/leases';
import { SHARD_TOPIC, type Messaging } from '@icmp-mon/platform/messaging';
import type { Logger, Readiness } from '@icmp-mon/platform/ops';

const TICK_MS = 1_000;

/** Writes a tick into each shard's log every second, by the database's clock, from whoever holds the lease `ticks`. */
export class TickProducer {
  private timer: NodeJS.Timeout | undefined;
  private sending = false;
  private lastTickMs = 0;

  constructor(
    private readonly sql: Sql,
    private readonly messaging: Messaging,
    private readonly lease: LeaseKeeper,
    private readonly shardCount: number,
    private readonly logger: Logger,
  ) {}

  start(): void {
    this.timer = setInterval(() => void this.tick(), TICK_MS);
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
  }

  readiness(): Readiness {
    if (this.lease.epoch === null) return { ok: true, detail: 'another process writes the ticks' };
    const late = Date.now() - this.lastTickMs > 10 * TICK_MS;
    return late ? { ok: false, detail: 'no tick was written for 10 s' } : { ok: true, detail: 'writes the ticks' };
  }

  private async tick(): Promise<void> {
    const { epoch } = this.lease;
    if (epoch === null || this.sending) return;
    this.sending = true;
    try {
      const [row] = await this.sql.query<{ at_ms: number }>(
        'SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::float8 AS at_ms',
      );
      const value = encodeTickRecord(epoch, row?.at_ms ?? 0);
      await this.messaging.send(
        SHARD_TOPIC,
        Array.from({ length: this.shardCount }, (_, partition) => ({ key: null, value, partition })),
      );
      this.lastTickMs = Date.now();
    } catch (error) {
      this.logger.warn({ err: error }, 'a tick was not written; nothing ages meanwhile');
    } finally {
      this.sending = false;
    }
  }
}
