import type { Sql } from '@icmp-mon/platform/database';
import type { Logger } from '@icmp-mon/platform/ops';
import { Queue, Worker, type ConnectionOptions } from 'bullmq';
import { HOUSEKEEPING, type HousekeepingTask } from './housekeeping-tasks';

const QUEUE = 'housekeeping';
/** Steps of one run: the rest is left to the next. */
const STEPS_MAX = 100;
const KEPT_JOBS = 50;

export interface HousekeepingOptions {
  redisUrl: string;
  /** Keeps installations that share a Redis apart. */
  prefix: string;
  databases: Record<HousekeepingTask['database'], Sql>;
  logger: Logger;
}

/** Runs each task at its time, once over all workers: BullMQ holds the schedules. */
export class Housekeeping {
  private readonly queue: Queue;
  private readonly worker: Worker;

  constructor(private readonly options: HousekeepingOptions) {
    const { prefix, redisUrl, logger } = options;
    const connection: ConnectionOptions = { url: redisUrl, maxRetriesPerRequest: null };
    this.queue = new Queue(QUEUE, { connection, prefix });
    this.worker = new Worker(QUEUE, ({ name }) => this.runTask(name), { connection, prefix, autorun: false });
    // Both connect again by themselves; without a listener an error would end the process.
    const waits = (error: Error): void => logger.warn({ err: error }, 'housekeeping waits for Redis');
    this.queue.on('error', waits);
    this.worker.on('error', waits);
    this.worker.on('failed', (job, error) => {
      logger.error({ err: error, task: job?.name }, 'a housekeeping task failed; it runs again at its next time');
    });
  }

  /** Returns at once: schedules are written as soon as Redis is there. */
  start(): void {
    this.schedule().catch((error: unknown) => {
      this.options.logger.error({ err: error }, 'could not schedule housekeeping');
    });
    this.worker.run().catch((error: unknown) => {
      this.options.logger.error({ err: error }, 'housekeeping ended');
    });
  }

  async stop(): Promise<void> {
    await this.worker.close();
    await this.queue.close();
  }

  private async schedule(): Promise<void> {
    for (const [name, { everyMs }] of Object.entries(HOUSEKEEPING)) {
      const opts = { removeOnComplete: KEPT_JOBS, removeOnFail: KEPT_JOBS };
      await this.queue.upsertJobScheduler(name, { every: everyMs }, { name, opts });
    }
  }

  private async runTask(name: string): Promise<number> {
    const task = HOUSEKEEPING[name];
    if (task === undefined) throw new Error(`There is no housekeeping task "${name}": a newer worker scheduled it.`);
    const forgotten = await runSteps(task, this.options.databases[task.database]);
    this.options.logger.info({ task: name, forgotten }, 'housekeeping');
    return forgotten;
  }
}

/** Steps until one finds less than it could have taken, at most 100. */
export async function runSteps(task: HousekeepingTask, sql: Sql, nowMs = Date.now()): Promise<number> {
  let forgotten = 0;
  for (let step = 0; step < STEPS_MAX; step++) {
    const count = await task.step(sql, nowMs);
    forgotten += count;
    if (count < task.fullStep) break;
  }
  return forgotten;
}
