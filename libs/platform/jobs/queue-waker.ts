import { ChannelListener, type ControlDatabase } from '@icmp-mon/platform/database';
import { createLogger, SparseWarnings } from '@icmp-mon/platform/ops';
import type { Queue } from 'bullmq';
import { closeQueue } from './close';

/** Interval of the look for work that no worker does; the notification of new work comes earlier. */
const LOOK_MS = 5_000;
/** Wake-ups that Redis keeps, to be shown to administrators. */
const KEPT_WAKE_UPS = 50;

export interface QueueWakerOptions {
  database: ControlDatabase;
  queue: Queue;
  /** Name of the work, for logs: `bulk jobs`. */
  work: string;
  /** NOTIFY channel of new work. */
  channel: string;
  /** SQL that returns a row while a worker must be woken. */
  waiting: string;
}

/**
 * Wakes a worker for work whose rows are in the database: immediately when there is new work, and every few seconds while some waits, because
 * its worker was killed or Redis lost the wake-up. Redis contains only wake-ups.
 */
export class QueueWaker {
  private readonly warnings: SparseWarnings;
  private readonly listener: ChannelListener;
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> | null = null;

  constructor(private readonly options: QueueWakerOptions) {
    const { database, queue, work, channel } = options;
    const applicationName = work.replaceAll(' ', '-');
    this.warnings = new SparseWarnings(createLogger(applicationName));
    // The queue reconnects by itself; without a listener an error would end the process.
    queue.on('error', (error) => this.warnings.warn(`Redis unavailable: ${work} are waiting`, error));
    this.listener = new ChannelListener({
      url: database.options.url,
      applicationName,
      channel,
      onNotify: () => this.look(),
    });
  }

  start(): void {
    this.listener.start();
    this.timer = setInterval(() => this.look(), LOOK_MS);
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.listener.stop();
  }

  closeQueue(): Promise<void> {
    return closeQueue(this.options.queue);
  }

  /** One look at a time: while Redis is unavailable, the first one waits for it and further ones are not needed. */
  private look(): void {
    this.looking ??= this.wakeIfWaiting()
      .catch((error: unknown) => this.warnings.warn(`looking for ${this.options.work} failed`, error))
      .finally(() => {
        this.looking = null;
      });
  }

  private async wakeIfWaiting(): Promise<void> {
    const { database, queue, waiting } = this.options;
    if ((await database.query(waiting)).length === 0) return;
    await queue.add('run', {}, { removeOnComplete: KEPT_WAKE_UPS, removeOnFail: KEPT_WAKE_UPS });
  }
}
