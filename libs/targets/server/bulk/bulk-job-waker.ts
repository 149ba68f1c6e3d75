import { ControlDatabase } from '@icmp-mon/platform/database';
import { QueueWaker } from '@icmp-mon/platform/jobs';
import { InjectQueue } from '@nestjs/bullmq';
import { type BeforeApplicationShutdown, Injectable } from '@nestjs/common';
import { Queue } from 'bullmq';
import { JOB_ACCEPTED_CHANNEL } from './accept-job';
import { BULK_JOBS_QUEUE } from './bulk-jobs.queue';

/** The oldest job, if it made no progress for longer than a part takes: it is new, or its worker ended. */
const IDLE = `
  SELECT FROM (SELECT progressed_at FROM bulk_job WHERE state IN ('queued', 'running') ORDER BY seq LIMIT 1) AS oldest
  WHERE progressed_at IS NULL OR progressed_at < now() - interval '4 seconds'`;

/** Wakes a worker for bulk jobs. */
@Injectable()
export class BulkJobWaker implements BeforeApplicationShutdown {
  private readonly waker: QueueWaker;

  constructor(database: ControlDatabase, @InjectQueue(BULK_JOBS_QUEUE) queue: Queue) {
    this.waker = new QueueWaker({ database, queue, work: 'bulk jobs', channel: JOB_ACCEPTED_CHANNEL, waiting: IDLE });
  }

  start(): void {
    this.waker.start();
  }

  stop(): Promise<void> {
    return this.waker.stop();
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.waker.closeQueue();
  }
}
