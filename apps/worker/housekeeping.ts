import { Queue, Worker, type ConnectionOptions } from 'bullmq';
import { HOUSEKEEPING, type HousekeepingContext } from './housekeeping-tasks';

const QUEUE = 'housekeeping';
const KEPT_JOBS = 50;

export interface HousekeepingOptions extends Omit<HousekeepingContext, 'nowMs' | 'signal'> {
  redisUrl: string;
  /** Keeps installations that share a Redis apart. */
  prefix: string;
}

/** Runs each task at its time, once over all workers: BullMQ holds the schedules. */
export class Housekeeping {
  private readonly queue: Queue;
  private readonly worker: Worker;
  private readonly stopping = new AbortController();

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
    this.stopping.abort();
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
    const done = await task.run({ ...this.options, nowMs: Date.now(), signal: this.stopping.signal });
    this.options.logger.info({ task: name, done }, 'housekeeping');
    return done;
  }
}
