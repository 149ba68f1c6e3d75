import { setTimeout as delay } from 'node:timers/promises';
import { LeaseKeeper } from '@icmp-mon/platform/leases';
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
  /** Nothing is sent without an address. */
  heartbeat?: { url: string; intervalMs: number };
}

/** What one process does for the health of all, under a lease: samples the disks, forgets the gone, sends the heartbeat. */
export class HealthWatch {
  private readonly lease: LeaseKeeper;
  private work: Promise<void>[] = [];

  constructor(private readonly options: HealthWatchOptions) {
    this.lease = new LeaseKeeper(options.sources.control, LEASE, {
      onGained: (_epoch, lost) => this.begin(lost),
      onLost: async () => void (await Promise.all(this.work)),
    });
  }

  start(): void {
    this.lease.start();
  }

  async stop(): Promise<void> {
    await this.lease.stop();
  }

  private begin(lost: AbortSignal): void {
    const { sources, heartbeat } = this.options;
    this.work = [every(SAMPLE_MS, lost, () => this.sample())];
    if (heartbeat === undefined) return;
    const beat = new Heartbeat(new HealthReader(sources, PARTS), heartbeat.url);
    this.work.push(every(heartbeat.intervalMs, lost, () => beat.beat()));
  }

  private async sample(): Promise<void> {
    await sampleDisks(this.options.sources);
    await forgetProcesses(this.options.sources.control);
  }
}

/** Until told otherwise; a turn that fails is said and left to the next. */
async function every(intervalMs: number, lost: AbortSignal, turn: () => Promise<unknown>): Promise<void> {
  while (!lost.aborted) {
    await turn().catch((error: unknown) => logger.warn({ err: error }, 'a turn of the health watch failed'));
    await delay(intervalMs, undefined, { signal: lost }).catch((error: unknown) => {
      if (!lost.aborted) throw error;
    });
  }
}
