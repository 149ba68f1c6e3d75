import { Processor, WorkerHost } from '@nestjs/bullmq';
import { Injectable } from '@nestjs/common';
import { SourceRunner } from './source-runner';
import { SOURCE_RUNS_QUEUE } from './source-runs.queue';

/** Lists that one worker reads at the same time, so that a slow source does not delay the others. */
const CONCURRENT_MAX = 3;

/** Runs inventory sources when it is woken. Wake-ups at the same time, or one too many, have no effect. */
@Injectable()
@Processor(SOURCE_RUNS_QUEUE, { autorun: false, concurrency: CONCURRENT_MAX })
export class SourceRunsProcessor extends WorkerHost {
  private readonly stopping = new AbortController();

  constructor(private readonly runner: SourceRunner) {
    super();
  }

  process(): Promise<void> {
    return this.runner.runSources(this.stopping.signal);
  }

  /** Ends the reading in progress; another worker, or the next start, repeats it. */
  stopEarly(): void {
    this.stopping.abort();
  }
}
