import { spawn } from 'node:child_process';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { bundleOf } from '@icmp-mon/platform/workspace';
import { build } from 'esbuild';

export interface Ended {
  code: number | null;
  out: string;
  err: string;
}

export interface FileInput {
  /** Sent to standard input, which is otherwise closed. */
  input?: string;
  /** Text on standard error at which the process is killed. */
  killAt?: string;
}

/** The client as on a workstation: one file in a folder without packages. */
export class ClientFile {
  private constructor(readonly folder: string) {}

  /** Builds the file, and copies it to a new folder. */
  static async build(): Promise<ClientFile> {
    const built = await mkdtemp(path.join(tmpdir(), 'icmp-mon-client-build-'));
    await build({ ...bundleOf('client'), outfile: path.join(built, 'icmpmon.mjs') });
    const folder = await mkdtemp(path.join(tmpdir(), 'icmp-mon-client-'));
    await copyFile(path.join(built, 'icmpmon.mjs'), path.join(folder, 'icmpmon.mjs'));
    await rm(built, { recursive: true });
    return new ClientFile(folder);
  }

  /** Runs the file in an environment that contains only HOME and what is given. */
  runFile(
    args: readonly string[],
    environment: Record<string, string>,
    { input, killAt }: FileInput = {},
  ): Promise<Ended> {
    const child = spawn(process.execPath, [path.join(this.folder, 'icmpmon.mjs'), ...args], {
      cwd: this.folder,
      env: { HOME: this.folder, ...environment },
      stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    });
    child.stdin?.end(input);
    const ended = { out: '', err: '' };
    child.stdout?.on('data', (chunk) => (ended.out += chunk));
    child.stderr?.on('data', (chunk) => {
      ended.err += chunk;
      if (killAt !== undefined && ended.err.includes(killAt)) child.kill('SIGKILL');
    });
    return new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code) => resolve({ code, ...ended }));
    });
  }

  async removeFolder(): Promise<void> {
    await rm(this.folder, { recursive: true });
  }
}
