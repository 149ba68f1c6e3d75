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
  /** Parts of other contexts. */
  parts?: HealthParts;
  /** Nothing is sent without an address. */
  heartbeat?: { url: string; intervalMs: number };
}

/** What one process does for the health of all, under a lease: samples the disks, forgets the gone, sends the heartbeat. */
export class HealthWatch {
  private readonly leader: Leader<LeaseTerm>;

  constructor(private readonly options: HealthWatchOptions) {
    this.leader = new Leader(byLease(options.sources.control, LEASE), (_term, lost) => this.watch(lost));
  }

  start(): void {
    this.leader.start();
  }

  async stop(): Promise<void> {
    await this.leader.stop();
  }

  private async watch(lost: AbortSignal): Promise<void> {
    const { sources, parts, heartbeat } = this.options;
    const work = [every(SAMPLE_MS, lost, () => this.sample())];
    if (heartbeat !== undefined) {
      const beat = new Heartbeat(new HealthReader(sources, PARTS, parts), heartbeat.url);
      work.push(every(heartbeat.intervalMs, lost, () => beat.beat()));
    }
    await Promise.all(work);
  }

  private async sample(): Promise<void> {
    await sampleDisks(this.options.sources);
    await forgetProcesses(this.options.sources.control);
  }
}

/** Until `lost`; a turn that fails is logged, and the next one comes as usual. */
async function every(intervalMs: number, lost: AbortSignal, turn: () => Promise<unknown>): Promise<void> {
  while (!lost.aborted) {
    await turn().catch((error: unknown) => logger.warn({ err: error }, 'a turn of the health watch failed'));
    await pause(intervalMs, lost);
  }
}
