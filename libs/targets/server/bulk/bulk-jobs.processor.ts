import { Processor, WorkerHost } from '@nestjs/bullmq';
import { Injectable } from '@nestjs/common';
import { BulkJobRunner } from './bulk-job-runner';
import { BULK_JOBS_QUEUE } from './bulk-jobs.queue';

/** Runs the unfinished bulk jobs when it is woken. Two wake-ups at the same time, or one too many, have no effect. */
@Injectable()
@Processor(BULK_JOBS_QUEUE, { autorun: false })
export class BulkJobsProcessor extends WorkerHost {
  private readonly stopping = new AbortController();

  constructor(private readonly runner: BulkJobRunner) {
    super();
  }

  process(): Promise<void> {
    return this.runner.runJobs(this.stopping.signal);
  }

  /** Ends the run after the part in progress; the job continues in another worker, or at the next start. */
  stopEarly(): void {
    this.stopping.abort();
  }
}
