import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Role } from '@icmp-mon/identity/contract';
import type { TargetView } from '@icmp-mon/targets/contract';
import { afterAll, beforeAll, beforeEach, expect } from 'vitest';
import { ClientFile, type Ended } from './client-file';
import { RunningJobs } from './running-jobs';
import { startTestApi, type TestApi } from './test-api';

const START_MS = 120_000;

export const containing = (text: string): string => expect.stringContaining(text) as string;

/** For the tests of a file: an API with a worker's jobs, the built program `icmpmon`, and a folder of configuration files, empty before each test. */
export class ConfigFixture {
  api!: TestApi;
  private client!: ClientFile;
  private jobs!: RunningJobs;

  constructor() {
    beforeAll(() => this.openFixture(), START_MS);
    afterAll(() => this.close());
    beforeEach(() => this.clear());
  }

  get folder(): string {
    return this.client.folder;
  }

  private async openFixture(): Promise<void> {
    this.api = await startTestApi();
    this.client = await ClientFile.build();
    this.jobs = new RunningJobs(this.api.control);
  }

  private async close(): Promise<void> {
    await this.jobs.stop();
    await this.api.stop();
    await this.client.removeFolder();
  }

  /** Removes all configuration files. */
  private async clear(): Promise<void> {
    await rm(path.join(this.folder, 'config'), { recursive: true, force: true });
    await mkdir(path.join(this.folder, 'config'));
  }

  /** Writes a configuration file. */
  write(name: string, ...lines: string[]): Promise<void> {
    return writeFile(path.join(this.folder, 'config', name), `${lines.join('\n')}\n`);
  }

  /** Runs the program as administrator in the folder above the configuration files. */
  runClient(...args: string[]): Promise<Ended> {
    return this.runAs('admin', ...args);
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
