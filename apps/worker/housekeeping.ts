import { Queue, Worker, type ConnectionOptions } from 'bullmq';
import { HOUSEKEEPING, type HousekeepingContext } from './housekeeping-tasks';

const QUEUE = 'housekeeping';
const KEPT_JOBS = 50;
const SCHEDULE_LOOK_MS = 60_000;

export interface HousekeepingOptions extends Omit<HousekeepingContext, 'nowMs' | 'signal'> {
  redisUrl: string;
  /** Keeps installations that share a Redis apart. */
  prefix: string;
  /** How often to see that the schedules are there, a minute unless said. */
  scheduleLookMs?: number;
}

/** Runs each task at its time, once over all workers. BullMQ holds the schedules; a Redis that comes back empty gets them again. */
export class Housekeeping {
  private readonly queue: Queue;
  private readonly worker: Worker;
  private readonly stopping = new AbortController();
  private looking: NodeJS.Timeout | undefined;
  private scheduling: Promise<void> | null = null;

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
    this.keepScheduled(() => this.schedule(Object.keys(HOUSEKEEPING)));
    const lookMs = this.options.scheduleLookMs ?? SCHEDULE_LOOK_MS;
    this.looking = setInterval(() => this.keepScheduled(() => this.scheduleMissing()), lookMs);
    this.worker.run().catch((error: unknown) => {
      this.options.logger.error({ err: error }, 'housekeeping ended');
    });
  }

  async stop(): Promise<void> {
    clearInterval(this.looking);
    this.stopping.abort();
    await this.worker.close();
    await this.queue.close();
  }

  /** One at a time: while Redis is away the first waits for it, and is enough. */
  private keepScheduled(write: () => Promise<void>): void {
    this.scheduling ??= write()
      .catch((error: unknown) => {
        if (!this.stopping.signal.aborted) this.options.logger.error({ err: error }, 'could not schedule housekeeping');
      })
      .finally(() => {
        this.scheduling = null;
      });
  }

  /** Only what is missing: writing a schedule again would put off its next run. */
  private async scheduleMissing(): Promise<void> {
    const there = new Set((await this.queue.getJobSchedulers()).map(({ key }) => key));
    const missing = Object.keys(HOUSEKEEPING).filter((name) => !there.has(name));
    if (missing.length === 0) return;
    this.options.logger.warn({ missing }, 'Redis has lost schedules of housekeeping; they are written again');
    await this.schedule(missing);
  }

  private async schedule(names: readonly string[]): Promise<void> {
    for (const name of names) {
      const everyMs = HOUSEKEEPING[name]?.everyMs;
      if (everyMs === undefined) continue;
      const opts = { removeOnComplete: KEPT_JOBS, removeOnFail: KEPT_JOBS };
      await this.queue.upsertJobScheduler(name, { every: everyMs }, { name, opts });
    }
  }

  private async runTask(name: string): Promise<number> {
    const task = HOUSEKEEPING[name];
    if (task === undefined) throw new Error(`There is no housekeeping task "${name}": a newer worker scheduled it.`);
    const done = await task.run({ ...this.options, nowMs: await this.presentMs(), signal: this.stopping.signal });
    this.options.logger.info({ task: name, done }, 'housekeeping');
    return done;
  }

  /** The earlier of two clocks: what one that is ahead would have forgotten cannot be brought back. */
  private async presentMs(): Promise<number> {
    const [row] = await this.options.telemetry.query<{ at_ms: number }>(
      'SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS at_ms',
    );
    return Math.min(Date.now(), row?.at_ms ?? Infinity);
  }
}
