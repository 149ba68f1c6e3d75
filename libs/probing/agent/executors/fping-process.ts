import { type ChildProcess, spawn } from 'node:child_process';
import { type AddressFamily, CANARIES } from './address-family';
import { CaptureFile } from './capture-file';
import type { OnResult, ProbeSlice } from './executor';
import { exitOfError, type FpingExit } from './fping-exit';
import type { PathLimits } from './path-limits';
import { beginRun, type FpingRun, learnOverhead } from './fping-run';
import { fpingArguments, packetSpacingMs, roundMs } from './ping-options';
import type { FpingVersion } from './fping-version';
import type { IcmpIdLocks } from './icmp-id-locks';
import { CpuTimeFile } from './run-watch';
import type { SendingOverhead } from './sending-overhead';
import type { SliceTally } from './slice-tally';
import { RawSockets, SocketDrops } from './socket-drops';

export interface FpingRunOptions {
  path: string;
  /** Families whose canary is probed before the targets of the slice. */
  families: readonly AddressFamily[];
  version: FpingVersion;
  locks: Pick<IcmpIdLocks, 'lockId' | 'releaseId'>;
  overhead: Pick<SendingOverhead, 'askFor' | 'noteSlice'>;
  paths: Pick<PathLimits, 'noteTooBig' | 'isTooBig'>;
  signal: AbortSignal;
  nowMs: () => number;
}

type ChildEnd = { code: number; signal: NodeJS.Signals | null } | { error: Error };

/** fping waits for the timeout after its last packet; a process that prints nothing for this much longer hangs, in ms. */
const GRACE_MS = 5_000;
/** How many times slower than asked a process may send. Measured: 5 times, at a load of 20 on 2 cores. */
const SLOWER_MAX = 20;
/** All targets replied; some did not; some names were not found (which canonical addresses never are). */
const GOOD_EXITS = [0, 1, 2];
const NO_PERMISSION = /must run as root|permi/i;
const CANARIES_MAX = Object.keys(CANARIES).length;
/** Starts before giving up. An id that another agent uses is rare, and the next process has another id. */
const STARTS_MAX = 8;

/** A slot for one fping process at a time; its file is reused from run to run. */
export class FpingProcess {
  private readonly output: CaptureFile;
  private readonly sockets = new RawSockets('self');
  private current: FpingRun | undefined;

  constructor(captureDir: string) {
    this.output = new CaptureFile(captureDir);
  }

  /** Tally of the last run; undefined if no process was started. */
  get tally(): SliceTally | undefined {
    return this.current?.tally;
  }

  /** Longest time in the last run that the process did not run, in ms. */
  get longestPauseMs(): number {
    return this.current?.watch.longestPauseMs ?? 0;
  }

  /** Probes a slice. Targets without a result when the process is killed or fails get none. Never rejects. */
  async probeSlice(slice: ProbeSlice, onResult: OnResult, options: FpingRunOptions): Promise<FpingExit> {
    this.current = undefined;
    for (let starts = 0; starts < STARTS_MAX; starts++) {
      const exit = await this.start(slice, onResult, options);
      if (exit !== 'id_in_use') return exit;
    }
    return { kind: 'failed', detail: `${STARTS_MAX} consecutive processes had an ICMP id that is in use on this host` };
  }

  /** Packets that the kernel dropped in the last run because fping did not read its sockets in time. */
  get droppedPackets(): number {
    return this.current?.watch.dropped ?? 0;
  }

  /** Reads what the process has printed so far. */
  readOutput(): void {
    if (this.current === undefined) return;
    const { watch, tally } = this.current;
    watch.checkProcess(!tally.held.isEmpty);
    tally.readStreams(this.output.readNew);
  }

  close(): void {
    this.output.close();
    this.sockets.close();
  }

  private async start(
    slice: ProbeSlice,
    onResult: OnResult,
    options: FpingRunOptions,
  ): Promise<FpingExit | 'id_in_use'> {
    let child: ChildProcess;
    const askedMs = options.overhead.askFor(packetSpacingMs(slice), packetSpacingMs(slice, slice.spacingMsMin));
    const drops = new SocketDrops(options.families, this.sockets);
    try {
      this.output.empty();
      const stdio = ['pipe' as const, this.output.fd, this.output.fd];
      const asked = fpingArguments(slice, options.version, askedMs);
      child = spawn(options.path, asked, { env: {}, cwd: '/', stdio, shell: false });
    } catch (error) {
      return exitOfError(error instanceof Error ? error : new Error(String(error)));
    }
    const ended = endOf(child);
    // A process that exits before it has read its targets reports the reason by its exit.
    child.stdin?.on('error', () => child.stdin?.destroy());
    const { pid } = child;
    if (pid === undefined) return this.exitOf(await ended);
    // fping sends nothing until it has read all targets: before that, its id cannot collide with another.
    if ((await options.locks.lockId(pid)) === 'in_use') {
      child.kill('SIGKILL');
      await ended;
      return 'id_in_use';
    }
    const cpuTime = new CpuTimeFile(pid);
    drops.setPid(pid);
    try {
      const asked = [...options.families.map((family) => CANARIES[family]), ...slice.ips];
      const signs = { ranNs: cpuTime.ranNs, dropped: drops.dropped };
      this.current = beginRun(asked, slice, onResult, { signs, ...options });
      child.stdin?.end(`${asked.join('\n')}\n`, 'latin1');
      const exit = this.exitOf(await this.guard(child, slice, options.signal, ended));
      if (exit.kind === 'done') learnOverhead(this.current, askedMs, cpuTime.waitedMs, options.overhead);
      return exit;
    } finally {
      cpuTime.close();
      drops.close();
      options.locks.releaseId(pid);
    }
  }

  /**
   * Kills the process when the signal is aborted, or when it hangs. On a busy machine fping sends many times slower than asked: as long as
   * it prints results it does not hang, and killing it would take the data of the last targets of the slice, always the same ones.
   */
  private async guard(
    child: ChildProcess,
    slice: ProbeSlice,
    signal: AbortSignal,
    ended: Promise<ChildEnd>,
  ): Promise<ChildEnd> {
    const kill = (): boolean => child.kill('SIGKILL');
    const quietMsMax = roundMs(slice) + slice.timeoutMs + GRACE_MS;
    const sendingMs = (slice.ips.length + CANARIES_MAX) * slice.spacingMs;
    const lastMs = performance.now() + SLOWER_MAX * sendingMs + quietMsMax;
    const killIfQuiet = (): void => {
      const leftMs = Math.min(this.output.readAtMs + quietMsMax, lastMs) - performance.now();
      if (leftMs <= 0) kill();
      else hung = setTimeout(killIfQuiet, leftMs);
    };
    let hung = setTimeout(killIfQuiet, sendingMs + quietMsMax);
    signal.addEventListener('abort', kill, { once: true });
    if (signal.aborted) kill();
    const end = await ended;
    clearTimeout(hung);
    signal.removeEventListener('abort', kill);
    return end;
  }

  private exitOf(end: ChildEnd): FpingExit {
    const tally = this.current?.tally;
    try {
      this.readOutput();
    } catch (error) {
      return { kind: 'failed', detail: `its output cannot be read: ${String(error)}` };
    }
    const endedByItself = 'code' in end && end.signal === null && GOOD_EXITS.includes(end.code);
    if (!endedByItself) this.current?.watch.distrustUncounted();
    tally?.finishSlice(endedByItself);
    this.current?.rounds?.endAll();
    if ('error' in end) return exitOfError(end.error);
    if (end.signal !== null) return { kind: 'killed', detail: end.signal };
    if (endedByItself && tally?.didNothing !== true) return { kind: 'done' };
    const detail = [`exit code ${end.code}`, ...(tally?.complaints ?? [])].join('; ');
    return NO_PERMISSION.test(detail) ? { kind: 'not_permitted', detail } : { kind: 'failed', detail };
  }
}

function endOf(child: ChildProcess): Promise<ChildEnd> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ error }));
    child.once('exit', (code, signal) => resolve({ code: code ?? -1, signal }));
  });
}
