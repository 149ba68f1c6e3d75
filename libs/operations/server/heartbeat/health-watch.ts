import { pause } from '@icmp-mon/platform/concurrency';
import { byLease, Leader, type LeaseTerm } from '@icmp-mon/platform/leases';
import type { HealthParts } from '@icmp-mon/platform/health';
import { createLogger } from '@icmp-mon/platform/ops';
import { sampleDisks } from '../health/disk-usage';
import { HealthReader } from '../health/health-reader';
import type { HealthSources } from '../health/health-reading';
import { PARTS } from '../health/parts';
import { forgetProcesses } from '../processes/process-report';
import { Heartbeat } from './heartbeat';

const LEASE = 'health-watch';
const SAMPLE_MS = 300_000;
const logger = createLogger('health-watch');

export interface HealthWatchOptions {
  sources: HealthSources;
  /** Health parts of other contexts. */
  parts?: HealthParts;
  /** No heartbeat is sent unless set. */
  heartbeat?: { url: string; intervalMs: number };
}

/** Runs in one process of the installation, under a lease: samples disk usage, deletes the records of ended processes, sends the heartbeat. */
export class HealthWatch {
  private readonly leader: Leader<LeaseTerm>;

  constructor(private readonly options: HealthWatchOptions) {
    this.leader = new Leader(byLease(options.sources.control, LEASE), (_term, lost) => this.watchHealth(lost));
  }

  start(): void {
    this.leader.start();
  }

  async stop(): Promise<void> {
    await this.leader.stop();
  }

  private async watchHealth(lost: AbortSignal): Promise<void> {
    const { sources, parts, heartbeat } = this.options;
    const work = [every(SAMPLE_MS, lost, () => this.sample())];
    if (heartbeat !== undefined) {
      const beat = new Heartbeat(new HealthReader(sources, PARTS, parts), heartbeat.url);
      work.push(every(heartbeat.intervalMs, lost, () => beat.sendBeat()));
    }
    await Promise.all(work);
  }

  private async sample(): Promise<void> {
    await sampleDisks(this.options.sources);
    await forgetProcesses(this.options.sources.control);
  }
}

/** Runs `turn` every `intervalMs` until `lost` aborts; a failed turn is logged, and the next one runs on schedule. */
async function every(intervalMs: number, lost: AbortSignal, turn: () => Promise<unknown>): Promise<void> {
  while (!lost.aborted) {
    await turn().catch((error: unknown) =>
      logger.warn({ err: error }, 'health watch: a periodic task failed; it runs again on schedule'),
    );
    await pause(intervalMs, lost);
  }
}
