import { encodeTickRecord } from '@icmp-mon/probing/wire';
import type { Sql } from '@icmp-mon/platform/database';
import { SHARD_TOPIC, type Messaging } from '@icmp-mon/platform/messaging';
import { aborted, settlesWithin } from '@icmp-mon/platform/concurrency';
import type { Logger, Readiness } from '@icmp-mon/platform/ops';

const TICK_MS = 1_000;
const STOP_MS_MAX = 3_000;

/** Writes one tick per second into each shard's log, by the database's clock. Runs on the leader of `ticks`. */
export class TickProducer {
  /** Epoch of the current term; null while another process writes the ticks. */
  private epoch: number | null = null;
  private sending: Promise<void> | null = null;
  /** When the last tick was written, by the monotonic clock. */
  private lastTickMs = -Infinity;

  constructor(
    private readonly sql: Sql,
    private readonly messaging: Pick<Messaging, 'sendMessages'>,
    private readonly shardCount: number,
    private readonly logger: Logger,
  ) {}

  /** Writes ticks of an epoch until `lost` is aborted; then waits at most 3 s for the tick that is being sent. */
  async produceTicks(epoch: number, lost: AbortSignal): Promise<void> {
    this.epoch = epoch;
    const timer = setInterval(() => this.startTick(epoch), TICK_MS);
    await aborted(lost);
    clearInterval(timer);
    this.epoch = null;
    if (this.sending) await settlesWithin(this.sending, STOP_MS_MAX);
  }

  readiness(): Readiness {
    if (this.epoch === null) return { ok: true, detail: 'another process writes the ticks' };
    const late = performance.now() - this.lastTickMs > 10 * TICK_MS;
    return late ? { ok: false, detail: 'no tick written for 10 s' } : { ok: true, detail: 'writes the ticks' };
  }

  private startTick(epoch: number): void {
    if (this.sending) return;
    this.sending = this.sendTick(epoch).finally(() => (this.sending = null));
  }

  private async sendTick(epoch: number): Promise<void> {
    try {
      const [row] = await this.sql.query<{ at_ms: number }>(
        'SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::float8 AS at_ms',
      );
      const value = encodeTickRecord(epoch, row?.at_ms ?? 0);
      await this.messaging.sendMessages(
        SHARD_TOPIC,
        Array.from({ length: this.shardCount }, (_, partition) => ({ key: null, value, partition })),
      );
      this.lastTickMs = performance.now();
    } catch (error) {
      this.logger.warn({ err: error }, 'tick not written; shard clocks do not advance until one is');
    }
  }
}
