import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { distDir, rootDir } from '@icmp-mon/infra/testing';
import { eventually } from '@icmp-mon/platform/testing';
import { plainEnvironment } from './state-folders';

const PRINTS_WITHIN_MS = 240_000;

/** `npm run lab` next to a running product. */
export class LabCommand {
  output = '';
  /** Its exit code; null when a signal ended it. */
  readonly ended: Promise<number | null>;
  private readonly child: ChildProcess;

  constructor(stateDir: string, args: string[]) {
    this.child = spawn(process.execPath, [path.join(rootDir, 'infra/lab.mjs'), ...args], {
      cwd: rootDir,
      env: { ...plainEnvironment(), ICMPMON_STATE_DIR: stateDir, ICMPMON_DIST_DIR: distDir },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.child.stdout, this.child.stderr])
      stream?.on('data', (chunk) => (this.output += String(chunk)));
    this.ended = new Promise((resolve) => this.child.once('close', resolve));
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  /** Resolves when the text has been printed. */
  async prints(text: string): Promise<void> {
    await eventually(
      () => {
        if (!this.output.includes(text))
          throw new Error(`The lab has not printed "${text}":\n${this.output.slice(-2_000)}`);
        return Promise.resolve();
      },
      { withinMs: PRINTS_WITHIN_MS },
    );
  }

  signal(name: NodeJS.Signals): void {
    this.child.kill(name);
  }
}
