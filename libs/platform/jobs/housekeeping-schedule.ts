import { createLogger } from '@icmp-mon/platform/ops';
import { HOUSEKEEPING_QUEUE, type HousekeepingTask, HousekeepingTasks } from '@icmp-mon/platform/plugins';
import { InjectQueue } from '@nestjs/bullmq';
import { Inject, Injectable } from '@nestjs/common';
import { Queue } from 'bullmq';

/** Finished and failed jobs that Redis keeps for people to look at. */
const KEPT_JOBS = 50;
/** How often to see that the schedules are there, unless set. */
const SCHEDULE_LOOK_MS = 60_000;

export const SCHEDULE_OPTIONS = Symbol('housekeeping schedule options');

export interface ScheduleOptions {
  /** A minute unless set. */
  lookMs?: number;
}

/** Keeps the schedule of each task in Redis, where BullMQ runs it from; a Redis that comes back empty gets them again. */
@Injectable()
export class HousekeepingSchedule {
  private readonly logger = createLogger('housekeeping');
  private looking: NodeJS.Timeout | undefined;
  private scheduling: Promise<void> | null = null;
  private isStopping = false;

  constructor(
    private readonly tasks: HousekeepingTasks,
    @InjectQueue(HOUSEKEEPING_QUEUE) private readonly queue: Queue,
    @Inject(SCHEDULE_OPTIONS) private readonly options: ScheduleOptions,
  ) {
    // It connects again by itself; without a listener an error would end the process.
    queue.on('error', (error) => this.logger.warn({ err: error }, 'housekeeping waits for Redis'));
  }

  /** Returns at once: schedules are written as soon as Redis is there. Each task then runs at once and at its times. */
  start(): void {
    void this.keepScheduled(() => this.schedule(this.tasks.plugged));
    const lookMs = this.options.lookMs ?? SCHEDULE_LOOK_MS;
    this.looking = setInterval(() => void this.keepScheduled(() => this.scheduleMissing()), lookMs);
  }

  stop(): void {
    clearInterval(this.looking);
    this.isStopping = true;
  }

  close(): Promise<void> {
    return this.queue.close();
  }

  /** One at a time: while Redis is away the first waits for it, and is enough. */
  private keepScheduled(write: () => Promise<void>): Promise<void> {
    return (this.scheduling ??= write()
      .catch((error: unknown) => {
        if (!this.isStopping) this.logger.error({ err: error }, 'could not schedule housekeeping');
      })
      .finally(() => {
        this.scheduling = null;
      }));
  }

  /** Only what is missing: writing a schedule again would put off its next run. */
  private async scheduleMissing(): Promise<void> {
    const there = new Set((await this.queue.getJobSchedulers()).map(({ key }) => key));
    const missing = this.tasks.plugged.filter(({ name }) => !there.has(name));
    if (missing.length === 0) return;
    const names = missing.map(({ name }) => name);
    this.logger.warn({ missing: names }, 'Redis has lost schedules of housekeeping; they are written again');
    await this.schedule(missing);
  }

  private async schedule(tasks: readonly HousekeepingTask[]): Promise<void> {
    for (const { name, everyMs } of tasks) {
      const opts = { removeOnComplete: KEPT_JOBS, removeOnFail: KEPT_JOBS };
      await this.queue.upsertJobScheduler(name, { every: everyMs }, { name, opts });
    }
  }
}
