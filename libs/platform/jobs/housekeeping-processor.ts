import { TelemetryDatabase } from '@icmp-mon/platform/database';
import { createLogger, SparseWarnings } from '@icmp-mon/platform/ops';
import { HOUSEKEEPING_QUEUE, HousekeepingTasks } from '@icmp-mon/platform/plugins';
import { OnWorkerEvent, Processor, WorkerHost } from '@nestjs/bullmq';
import type { Job } from 'bullmq';
import { closeWorker } from './close';
import { HousekeepingSchedule } from './housekeeping-schedule';

/**
 * Runs a housekeeping task when its BullMQ job is due, once over all workers. There is one queue for the tasks of all contexts, because each
 * queue costs every worker two connections and a poll.
 */
@Processor(HOUSEKEEPING_QUEUE, { autorun: false })
export class HousekeepingProcessor extends WorkerHost {
  private readonly logger = createLogger('housekeeping');
  private readonly warnings = new SparseWarnings(this.logger);
  private readonly stopping = new AbortController();
  /** The task in progress; settled when it has ended. */
  private inProgress: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly tasks: HousekeepingTasks,
    private readonly schedule: HousekeepingSchedule,
    private readonly telemetry: TelemetryDatabase,
  ) {
    super();
  }

  start(): void {
    this.worker
      .run()
      .catch((error: unknown) =>
        this.logger.error({ err: error }, 'housekeeping ended: no task runs in this worker until it is restarted'),
      );
  }

  /** Stops after the task in progress, which is signalled to end early. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await closeWorker(this.worker);
    await this.inProgress;
  }

  /** Runs the task of the job. Returns the number of processed rows, chunks or buckets. */
  process({ name }: Pick<Job, 'name'>): Promise<number> {
    const run = this.runTask(name);
    this.inProgress = Promise.allSettled([run]);
    return run;
  }

  private async runTask(name: string): Promise<number> {
    const task = this.tasks.plugged.find((each) => each.name === name);
    if (task === undefined) {
      await this.schedule.remove(name);
      throw new Error(
        `There is no housekeeping task "${name}" in this release. Its schedule was removed; a worker of a release with this task creates it again.`,
      );
    }
    const { logger } = this;
    const done = await task.runTask({ nowMs: await this.presentMs(), signal: this.stopping.signal, logger });
    // Most runs find nothing to do, and some tasks run every 15 s.
    logger[done > 0 ? 'info' : 'debug']({ task: name, done }, 'housekeeping');
    return done;
  }

  /** The worker reconnects by itself; without a listener an error would end the process. */
  @OnWorkerEvent('error')
  onError(error: Error): void {
    this.warnings.warn('Redis unavailable: housekeeping is waiting', error);
  }

  @OnWorkerEvent('failed')
  onFailed(job: Job | undefined, error: Error): void {
    this.logger.error(
      { err: error, task: job?.name },
      'housekeeping task failed; it runs again at its next scheduled time',
    );
  }

  /** Returns the earlier of this machine's and the database's time: rows deleted because of a clock that is ahead cannot be restored. */
  private async presentMs(): Promise<number> {
    const [row] = await this.telemetry.query<{ at_ms: number }>(
      'SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS at_ms',
    );
    return Math.min(Date.now(), row?.at_ms ?? Infinity);
  }
}
