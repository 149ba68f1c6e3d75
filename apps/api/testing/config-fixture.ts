import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Role } from '@icmp-mon/identity/contract';
import { pause } from '@icmp-mon/platform/concurrency';
import { EventStore } from '@icmp-mon/platform/event-store';
import type { TargetView } from '@icmp-mon/targets/contract';
import { BulkJobRunner } from '@icmp-mon/targets/server';
import { ClientFile, type Ended } from './client-file';
import { startTestApi, type TestApi } from './test-api';

/** An API with a worker's jobs, the built program `icmpmon`, and a folder of configuration files. */
export class ConfigFixture {
  private readonly stopped = new AbortController();
  private readonly jobs: Promise<void>;

  private constructor(
    readonly api: TestApi,
    private readonly client: ClientFile,
  ) {
    this.jobs = this.runJobs();
  }

  get folder(): string {
    return this.client.folder;
  }

  static async open(): Promise<ConfigFixture> {
    return new ConfigFixture(await startTestApi(), await ClientFile.build());
  }

  async close(): Promise<void> {
    this.stopped.abort();
    await this.jobs;
    await this.api.stop();
    await this.client.removeFolder();
  }

  private async runJobs(): Promise<void> {
    const runner = new BulkJobRunner(this.api.control, new EventStore(this.api.control));
    while (!this.stopped.signal.aborted) {
      await runner.runJobs(this.stopped.signal);
      await pause(100, this.stopped.signal);
    }
  }

  /** Removes all configuration files. */
  async clear(): Promise<void> {
    await rm(path.join(this.folder, 'config'), { recursive: true, force: true });
    await mkdir(path.join(this.folder, 'config'));
  }

  /** Writes a file below the folder, in which the program runs. */
  writeLines(name: string, ...lines: string[]): Promise<void> {
    return writeFile(path.join(this.folder, name), `${lines.join('\n')}\n`);
  }

  runAs(role: Role, ...args: string[]): Promise<Ended> {
    return this.client.runFile(args, this.environmentOf(role));
  }

  /** Runs the program as administrator, and kills it when it has printed the marker to standard error. */
  killAfter(marker: string, ...args: string[]): Promise<Ended> {
    return this.client.runFile(args, this.environmentOf('admin'), { killAt: marker });
  }

  private environmentOf(role: Role): Record<string, string> {
    return { ICMPMON_URL: this.api.url, ICMPMON_API_KEY: this.api.keys[role] };
  }

  async readTarget(ip: string): Promise<TargetView> {
    return (await (await this.api.sendRequest(`/api/v1/targets/${ip}`)).json()) as TargetView;
  }

  async countEvents(): Promise<number> {
    const [row] = await this.api.control.query<{ count: number }>('SELECT count(*)::integer AS count FROM event');
    return row.count;
  }
}
