import { createLogger, SparseWarnings } from '@icmp-mon/platform/ops';
import { HOUSEKEEPING_QUEUE, type HousekeepingTask, HousekeepingTasks, MINUTE_MS } from '@icmp-mon/platform/plugins';
import { InjectQueue } from '@nestjs/bullmq';
import { type BeforeApplicationShutdown, Inject, Injectable } from '@nestjs/common';
import { type JobSchedulerJson, type JobType, Queue } from 'bullmq';
import { closeQueue } from './close';

/** Finished and failed jobs that Redis keeps, to be shown to administrators. */
const KEPT_JOBS = 50;
/** Default interval of the check that the schedules exist. */
const SCHEDULE_LOOK_MS = 60_000;
/** How far beyond its interval the next run of a task may be, because the clocks of workers differ. */
const AHEAD_MS_MAX = 10 * MINUTE_MS;
/** States of jobs that are running or will run. */
const COMING: JobType[] = ['delayed', 'waiting', 'prioritized', 'active'];

export const SCHEDULE_OPTIONS = Symbol('housekeeping schedule options');

export interface ScheduleOptions {
  /** Interval of the check. Default: one minute. */
  lookMs?: number;
}

/**
 * Stores the schedule of each task in Redis, from where BullMQ runs it. Restores the schedules after Redis has lost its data, and replaces a
 * schedule that would never run its task, because its next job is lost, or is far in the future because a worker's clock was ahead.
 */
@Injectable()
export class HousekeepingSchedule implements BeforeApplicationShutdown {
  private readonly logger = createLogger('housekeeping');
  private looking: NodeJS.Timeout | undefined;
  private scheduling: Promise<void> | null = null;
  private isStopping = false;
  private isPaused = false;

  constructor(
    private readonly tasks: HousekeepingTasks,
    @InjectQueue(HOUSEKEEPING_QUEUE) private readonly queue: Queue,
    @Inject(SCHEDULE_OPTIONS) private readonly options: ScheduleOptions,
  ) {
    // The queue reconnects by itself; without a listener an error would end the process.
    const warnings = new SparseWarnings(this.logger);
    queue.on('error', (error) => warnings.warn('Redis unavailable: housekeeping schedules are waiting', error));
  }

  /** Returns immediately: schedules are written as soon as Redis is available. Each task then runs immediately and at its interval. */
  start(): void {
    void this.keepScheduled(async () => {
      await this.scheduleTasks(this.tasks.plugged);
      await this.replaceUnsound();
    });
    const lookMs = this.options.lookMs ?? SCHEDULE_LOOK_MS;
    this.looking = setInterval(() => void this.keepScheduled(() => this.replaceUnsound()), lookMs);
  }

  stop(): void {
    clearInterval(this.looking);
    this.isStopping = true;
  }

  /** Removes the schedule of that name, if there is one. */
  async remove(name: string): Promise<void> {
    await this.queue.removeJobScheduler(name);
  }

  beforeApplicationShutdown(): Promise<void> {
    return closeQueue(this.queue);
  }

  /** Runs one check at a time: while Redis is unavailable, the first one waits for it and further ones are not needed. */
  private keepScheduled(write: () => Promise<void>): Promise<void> {
    return (this.scheduling ??= write()
      .catch((error: unknown) => {
        if (!this.isStopping) this.logger.error({ err: error }, 'scheduling housekeeping tasks failed');
      })
      .finally(() => {
        this.scheduling = null;
      }));
  }

  /** Replaces only schedules that are missing or would not run, because rewriting a schedule delays its next run. */
  private async replaceUnsound(): Promise<void> {
    await this.reportPause();
    const schedules = new Map((await this.queue.getJobSchedulers()).map((schedule) => [schedule.key, schedule]));
    const coming = new Set((await this.queue.getJobs(COMING)).map((job) => job.repeatJobKey));
    const unsound = this.tasks.plugged.filter(
      ({ name, everyMs }) => !coming.has(name) || !isSound(schedules.get(name), everyMs),
    );
    if (unsound.length === 0) return;
    const names = unsound.map(({ name }) => name);
    this.logger.warn(
      { tasks: names },
      'schedules of these tasks were lost or invalid in Redis; they are written again',
    );
    for (const name of names) await this.remove(name);
    await this.scheduleTasks(unsound);
  }

  /** Logs when the queue is paused: administrators can pause it on its page, and forget to resume it. */
  private async reportPause(): Promise<void> {
    const isPaused = await this.queue.isPaused();
    if (isPaused === this.isPaused) return;
    this.isPaused = isPaused;
    if (isPaused)
      this.logger.warn('housekeeping is paused: nothing is deleted or rolled up until it is resumed at /api/v1/queues');
    else this.logger.info('housekeeping resumed');
  }

  private async scheduleTasks(tasks: readonly HousekeepingTask[]): Promise<void> {
    for (const { name, everyMs } of tasks) {
      const opts = { removeOnComplete: KEPT_JOBS, removeOnFail: KEPT_JOBS };
      await this.queue.upsertJobScheduler(name, { every: everyMs }, { name, opts });
    }
  }
}

function isSound(schedule: JobSchedulerJson | undefined, everyMs: number): boolean {
  return schedule?.next !== undefined && schedule.next <= Date.now() + everyMs + AHEAD_MS_MAX;
}
