import { ControlDatabase } from '@icmp-mon/platform/database';
import { QueueWaker } from '@icmp-mon/platform/jobs';
import { InjectQueue } from '@nestjs/bullmq';
import { type BeforeApplicationShutdown, Injectable } from '@nestjs/common';
import { Queue } from 'bullmq';
import { BASELINES_QUEUE, RECALCULATION_CHANNEL } from './baselines.queue';
import { WAITING_SHARDS } from './shard-claims';

/** Wakes a worker for shards whose baselines wait to be calculated. */
@Injectable()
export class BaselinesWaker implements BeforeApplicationShutdown {
  private readonly waker: QueueWaker;

  constructor(database: ControlDatabase, @InjectQueue(BASELINES_QUEUE) queue: Queue) {
    this.waker = new QueueWaker({
      ...{ database, queue, work: 'baselines', channel: RECALCULATION_CHANNEL },
      waiting: `${WAITING_SHARDS} LIMIT 1`,
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
