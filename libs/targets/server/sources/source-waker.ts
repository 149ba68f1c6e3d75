import { ControlDatabase } from '@icmp-mon/platform/database';
import { QueueWaker } from '@icmp-mon/platform/jobs';
import { InjectQueue } from '@nestjs/bullmq';
import { type BeforeApplicationShutdown, Injectable } from '@nestjs/common';
import { Queue } from 'bullmq';
import { SOURCES_WAIT } from './claimed-runs';
import { SOURCE_RUNS_QUEUE } from './source-runs.queue';
import { RUN_REQUESTED_CHANNEL } from './source-store';

/** Wakes a worker for sources that are due, and for runs that can continue. */
@Injectable()
export class SourceWaker implements BeforeApplicationShutdown {
  private readonly waker: QueueWaker;

  constructor(database: ControlDatabase, @InjectQueue(SOURCE_RUNS_QUEUE) queue: Queue) {
    this.waker = new QueueWaker({
      database,
      queue,
      work: 'inventory sources',
      channel: RUN_REQUESTED_CHANNEL,
      waiting: SOURCES_WAIT,
    });
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
