import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Role } from '@icmp-mon/identity/contract';
import { pause } from '@icmp-mon/platform/concurrency';
import { EventStore } from '@icmp-mon/platform/event-store';
import type { TargetView } from '@icmp-mon/targets/contract';
import { BulkJobRunner } from '@icmp-mon/targets/server';
import { build } from 'esbuild';
import { bundleOf } from '../../../libs/platform/workspace/bundle.mjs';
import { startTestApi, type TestApi } from './test-api';

export interface Ended {
  code: number | null;
  out: string;
  err: string;
}

/** An API with a worker's jobs, the built program `icmpmon`, and a folder of configuration files. */
export class ConfigFixture {
  private readonly stopped = new AbortController();
  private readonly jobs: Promise<void>;

  private constructor(
    readonly api: TestApi,
    readonly folder: string,
  ) {
    this.jobs = this.runJobs();
  }

  static async open(): Promise<ConfigFixture> {
    const api = await startTestApi();
    const folder = await mkdtemp(path.join(tmpdir(), 'icmp-mon-config-'));
    await build({ ...bundleOf('client'), outfile: path.join(folder, 'icmpmon.mjs') });
    return new ConfigFixture(api, folder);
  }

  async close(): Promise<void> {
    this.stopped.abort();
    await this.jobs;
    await this.api.stop();
    await rm(this.folder, { recursive: true });
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
    return this.runUntil(null, role, args);
  }

  /** Runs the program as administrator, and kills it when it has printed the marker to standard error. */
  killAfter(marker: string, ...args: string[]): Promise<Ended> {
    return this.runUntil(marker, 'admin', args);
  }

  private runUntil(marker: string | null, role: Role, args: readonly string[]): Promise<Ended> {
    const child = spawn(process.execPath, [path.join(this.folder, 'icmpmon.mjs'), ...args], {
      cwd: this.folder,
      env: { HOME: this.folder, ICMPMON_URL: this.api.url, ICMPMON_API_KEY: this.api.keys[role] },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const ended = { out: '', err: '' };
    child.stdout.on('data', (chunk) => (ended.out += chunk));
    child.stderr.on('data', (chunk) => {
      ended.err += chunk;
      if (marker !== null && ended.err.includes(marker)) child.kill('SIGKILL');
    });
    return new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code) => resolve({ code, ...ended }));
    });
  }

  async readTarget(ip: string): Promise<TargetView> {
    return (await (await this.api.sendRequest(`/api/v1/targets/${ip}`)).json()) as TargetView;
  }

  async countEvents(): Promise<number> {
    const [row] = await this.api.control.query<{ count: number }>('SELECT count(*)::integer AS count FROM event');
    return row.count;
  }
}
