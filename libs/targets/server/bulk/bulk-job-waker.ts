import { ChannelListener, ControlDatabase } from '@icmp-mon/platform/database';
import { closeQueue } from '@icmp-mon/platform/jobs';
import { createLogger, SparseWarnings } from '@icmp-mon/platform/ops';
import { InjectQueue } from '@nestjs/bullmq';
import { type BeforeApplicationShutdown, Injectable } from '@nestjs/common';
import { Queue } from 'bullmq';
import { JOB_ACCEPTED_CHANNEL } from './accept-job';
import { BULK_JOBS_QUEUE } from './bulk-jobs.queue';

/** Interval of the look for jobs that no worker runs; the notification of an accepted job comes earlier. */
const LOOK_MS = 5_000;
/** Wake-ups that Redis keeps, to be shown to administrators. */
const KEPT_WAKE_UPS = 50;
/** The oldest job, if it made no progress for longer than a part takes: it is new, or its worker ended. */
const IDLE = `
  SELECT FROM (SELECT progressed_at FROM bulk_job WHERE state IN ('queued', 'running') ORDER BY seq LIMIT 1) AS oldest
  WHERE progressed_at IS NULL OR progressed_at < now() - interval '4 seconds'`;

/**
 * Wakes a worker for bulk jobs: immediately when one was accepted, and every few seconds while one is unfinished and makes no progress, because
 * its worker was killed or Redis lost the wake-up.
 */
@Injectable()
export class BulkJobWaker implements BeforeApplicationShutdown {
  private readonly logger = createLogger('bulk-jobs');
  private readonly warnings = new SparseWarnings(this.logger);
  private readonly listener: ChannelListener;
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> | null = null;

  constructor(
    private readonly database: ControlDatabase,
    @InjectQueue(BULK_JOBS_QUEUE) private readonly queue: Queue,
  ) {
    // The queue reconnects by itself; without a listener an error would end the process.
    queue.on('error', (error) => this.warnings.warn('Redis unavailable: bulk jobs are waiting', error));
    this.listener = new ChannelListener({
      url: database.options.url,
      applicationName: 'bulk-jobs',
      channel: JOB_ACCEPTED_CHANNEL,
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

  beforeApplicationShutdown(): Promise<void> {
    return closeQueue(this.queue);
  }

  /** One look at a time: while Redis is unavailable, the first one waits for it and further ones are not needed. */
  private look(): void {
    this.looking ??= this.wakeIfIdle()
      .catch((error: unknown) => this.warnings.warn('looking for bulk jobs failed', error))
      .finally(() => {
        this.looking = null;
      });
  }

  private async wakeIfIdle(): Promise<void> {
    const idle = await this.database.query(IDLE);
    if (idle.length === 0) return;
    await this.queue.add('run', {}, { removeOnComplete: KEPT_WAKE_UPS, removeOnFail: KEPT_WAKE_UPS });
  }
}
