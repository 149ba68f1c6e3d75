import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';

const STDERR_LENGTH_MAX = 2_000;
/** Far more than mtr prints in a trace of the largest size; one that prints more is broken. */
const STDOUT_BYTES_MAX = 1024 * 1024;

export interface MtrRun {
  path: string;
  target: string;
  rounds: number;
  maxHops: number;
  /** Time between two rounds. */
  intervalS: number;
  /** Hops without an answer after which a round ends. */
  unknownHops: number;
  deadlineMs: number;
  signal: AbortSignal;
  onChunk(chunk: Uint8Array): void;
}

export type MtrExit =
  | { kind: 'ended'; code: number; stderr: string }
  | { kind: 'killed'; by: 'deadline' | 'cancelled' | 'flood' }
  | { kind: 'died'; signal: NodeJS.Signals; stderr: string }
  | { kind: 'not_started'; error: Error };

type Child = ChildProcessByStdio<null, Readable, Readable>;

/**
 * Runs mtr in a process group of its own, because it starts mtr-packet, and kills the group at the deadline and when the signal is aborted.
 * No shell, and no environment: mtr reads options from it. Never rejects; when it resolves, no process of the group is left.
 */
export function runMtr(run: MtrRun): Promise<MtrExit> {
  const { signal } = run;
  if (signal.aborted) return Promise.resolve({ kind: 'killed', by: 'cancelled' });
  let child: Child;
  try {
    child = spawn(run.path, argumentsOf(run), {
      ...{ env: {}, cwd: '/', shell: false, detached: true },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  } catch (error) {
    return Promise.resolve({ kind: 'not_started', error: error instanceof Error ? error : new Error(String(error)) });
  }
  return new Promise((resolve) => {
    let killedBy: 'deadline' | 'cancelled' | 'flood' | undefined;
    let stderr = '';
    let bytes = 0;
    const kill = (by: typeof killedBy): void => {
      killedBy ??= by;
      killGroup(child);
    };
    const cancel = (): void => kill('cancelled');
    const timer = setTimeout(() => kill('deadline'), run.deadlineMs);
    signal.addEventListener('abort', cancel, { once: true });
    const finish = (exit: MtrExit): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', cancel);
      resolve(killedBy === undefined ? exit : { kind: 'killed', by: killedBy });
    };
    child.stdout.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > STDOUT_BYTES_MAX) kill('flood');
      else if (killedBy === undefined) run.onChunk(chunk);
    });
    child.stderr.on('data', (chunk: Buffer) => {
      if (stderr.length < STDERR_LENGTH_MAX) stderr = (stderr + chunk.toString('utf8')).slice(0, STDERR_LENGTH_MAX);
    });
    child.once('error', (error) => finish({ kind: 'not_started', error }));
    // A killed mtr leaves mtr-packet, which holds the pipes.
    child.once('exit', () => killGroup(child));
    child.once('close', (code, by) => {
      if (by === null) finish({ kind: 'ended', code: code ?? -1, stderr });
      else finish({ kind: 'died', signal: by, stderr });
    });
  });
}

function killGroup({ pid }: Child): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    // The group is empty.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

/** The target is passed after `--`, and is canonical: it begins with a digit, a letter or a colon, never with `-`. */
function argumentsOf({ target, rounds, maxHops, intervalS, unknownHops }: MtrRun): string[] {
  const fixed = ['--raw', '-n', '-G', '1'];
  return [
    ...fixed,
    '-U',
    String(unknownHops),
    '-c',
    String(rounds),
    '-i',
    String(intervalS),
    '-m',
    String(maxHops),
    '--',
    target,
  ];
}
