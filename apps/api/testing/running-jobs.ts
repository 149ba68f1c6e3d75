import { pause } from '@icmp-mon/platform/concurrency';
import type { ControlDatabase } from '@icmp-mon/platform/database';
import { StoredCallerAccess } from '@icmp-mon/identity/server';
import { EventStore } from '@icmp-mon/platform/event-store';
import { BulkJobRunner } from '@icmp-mon/targets/server';

const LOOK_MS = 100;

/** Returns what runs bulk jobs in a worker. */
export const bulkJobRunner = (control: ControlDatabase): BulkJobRunner =>
  new BulkJobRunner(control, new EventStore(control), new StoredCallerAccess());

/** Runs bulk jobs as they are requested, as a worker does, until `stop`. */
export class RunningJobs {
  private readonly stopped = new AbortController();
  private readonly ended: Promise<void>;

  constructor(control: ControlDatabase) {
    this.ended = this.runJobs(bulkJobRunner(control));
  }

  private async runJobs(runner: BulkJobRunner): Promise<void> {
    const { signal } = this.stopped;
    while (!signal.aborted) {
      await runner.runJobs(signal);
      await pause(LOOK_MS, signal);
    }
  }

  async stop(): Promise<void> {
    this.stopped.abort();
    await this.ended;
  }
}
