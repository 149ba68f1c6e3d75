import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync } from 'node:fs';
import { CaptureFile } from './capture-file';
import type { OnResult, ProbeSlice } from './executor';
import { SliceTally } from './slice-tally';

export type FpingExit =
  | { kind: 'done' }
  | { kind: 'missing' }
  | { kind: 'not_permitted'; detail: string }
  | { kind: 'killed'; detail: string }
  | { kind: 'failed'; detail: string };

export interface FpingRunOptions {
  signal: AbortSignal;
  nowMs: () => number;
}

/** fping waits for the timeout after its last packet; what takes so much longer hangs. */
const GRACE_MS = 5_000;
/** All answered; some did not answer; some names were not found (which canonical addresses never are). */
const GOOD_EXITS = [0, 1, 2];
const NO_PERMISSION = /must run as root|permi/i;
const NO_PERMISSION_CODES = ['EACCES', 'EPERM'];

/** The place of one fping process at a time: its three files are kept from run to run. */
export class FpingProcess {
  private readonly input: CaptureFile;
  private readonly output: CaptureFile;
  private readonly errors: CaptureFile;
  private tally: SliceTally | undefined;

  constructor(captureDir: string) {
    this.input = new CaptureFile(captureDir);
    this.output = new CaptureFile(captureDir);
    this.errors = new CaptureFile(captureDir);
  }

  /** Of the last run. */
  get droppedLines(): number {
    return this.tally?.droppedLines ?? 0;
  }

  /** Probes a slice. Targets that had no result when the process was killed or failed get none. Never rejects. */
  async run(path: string, slice: ProbeSlice, onResult: OnResult, options: FpingRunOptions): Promise<FpingExit> {
    const tally = new SliceTally(slice, onResult, options.nowMs(), options.nowMs);
    this.tally = tally;
    const exit = await this.spawn(path, slice, options.signal);
    try {
      this.drain();
    } catch (error) {
      return { kind: 'failed', detail: `its output cannot be read: ${String(error)}` };
    }
    if ('error' in exit) return exitOfError(exit.error);
    if (exit.signal !== null) return { kind: 'killed', detail: exit.signal };
    if (GOOD_EXITS.includes(exit.code)) {
      tally.finish();
      return { kind: 'done' };
    }
    const detail = [`exit code ${exit.code}`, ...tally.complaints].join('; ');
    return NO_PERMISSION.test(detail) ? { kind: 'not_permitted', detail } : { kind: 'failed', detail };
  }

  /** Reads what the process has printed so far. Errors first: an ICMP error explains the timeout that follows it. */
  drain(): void {
    const { tally } = this;
    if (tally === undefined) return;
    this.errors.drain((chunk) => tally.pushErrors(chunk));
    this.output.drain((chunk) => tally.pushOutput(chunk));
  }

  close(): void {
    for (const file of [this.input, this.output, this.errors]) file.close();
  }

  private spawn(
    path: string,
    slice: ProbeSlice,
    signal: AbortSignal,
  ): Promise<{ code: number; signal: NodeJS.Signals | null } | { error: Error }> {
    return new Promise((resolve) => {
      let child: ChildProcess;
      let stdin = -1;
      try {
        this.output.empty();
        this.errors.empty();
        stdin = this.input.fill(`${slice.ips.join('\n')}\n`);
        const stdio = [stdin, this.output.fd, this.errors.fd];
        child = spawn(path, argumentsOf(slice), { env: {}, cwd: '/', stdio, shell: false });
      } catch (error) {
        return resolve({ error: error instanceof Error ? error : new Error(String(error)) });
      } finally {
        if (stdin !== -1) closeSync(stdin);
      }
      const kill = (): boolean => child.kill('SIGKILL');
      const lifeMsMax = slice.ips.length * slice.spacingMs + slice.timeoutMs + GRACE_MS;
      const hung = setTimeout(kill, lifeMsMax);
      signal.addEventListener('abort', kill, { once: true });
      const settle = (end: { code: number; signal: NodeJS.Signals | null } | { error: Error }): void => {
        clearTimeout(hung);
        signal.removeEventListener('abort', kill);
        resolve(end);
      };
      child.once('error', (error) => settle({ error }));
      child.once('exit', (code, endedBy) => settle({ code: code ?? -1, signal: endedBy }));
    });
  }
}

/** Targets go by standard input, so that no address can be read as an option. */
function argumentsOf(slice: ProbeSlice): string[] {
  const spacingMs = Math.max(0.01, slice.spacingMs).toFixed(3);
  return ['-c', '1', '-t', String(Math.round(slice.timeoutMs)), '-i', spacingMs, '-D'];
}

function exitOfError(error: Error): FpingExit {
  const code = 'code' in error ? String(error.code) : '';
  if (code === 'ENOENT') return { kind: 'missing' };
  if (NO_PERMISSION_CODES.includes(code)) return { kind: 'not_permitted', detail: error.message };
  return { kind: 'failed', detail: error.message };
}
