import { closeSync, openSync, readSync } from 'node:fs';

/** Shorter pauses do no harm: replies wait in the kernel, with the time of their arrival. */
const PAUSE_MS = 300;
/** This process itself came so late: what the watched one did meanwhile is known only by the CPU time it used. */
const OWN_PAUSE_MS = 500;
/** Of the CPU time used before in as much time: with less, the process did not run all along. */
const USUAL_SHARE_MIN = 0.5;
const CLOCK_STEP_MS = 250;

export interface Clocks {
  /** Wall clock, as the watched process stamps its lines. */
  wallMs: () => number;
  /** Goes on evenly. */
  steadyMs: () => number;
}

export interface WatchedPace {
  /** The longest that the process sleeps by itself while it sends, */
  spacingMs: number;
  /** for so long, */
  sendingMs: number;
  /** and after that. */
  timeoutMs: number;
}

/**
 * Knows when a process did not run: it was stopped, starved or frozen (with the machine, or with us), or the clock was set. What
 * the process says of such a time is not believed: it may say that it waited in vain when it did not listen.
 */
export class RunWatch {
  /** The longest pause, 0 if there was none. */
  longestPauseMs = 0;
  private readonly pauses: { fromMs: number; toMs: number }[] = [];
  private readonly began: number;
  private ranNs = 0;
  /** Steady time when it was last seen to have run, */
  private seenRunning: number;
  /** and of the last look. */
  private looked: number;
  private wallAtLook: number;

  constructor(
    private readonly ranNsNow: () => number | null,
    private readonly pace: WatchedPace,
    private readonly clocks: Clocks,
  ) {
    this.began = this.seenRunning = this.looked = clocks.steadyMs();
    this.wallAtLook = clocks.wallMs();
    this.ranNs = ranNsNow() ?? 0;
  }

  /** Called at least every 100 ms while the process runs, before its output is read. */
  look(): void {
    const now = this.clocks.steadyMs();
    const wallMs = this.clocks.wallMs();
    const stepMs = wallMs - this.wallAtLook - (now - this.looked);
    if (Math.abs(stepMs) > CLOCK_STEP_MS) this.addPause(this.wallAtLook, wallMs);
    const ranNs = this.ranNsNow();
    if (ranNs === null || ranNs > this.ranNs) {
      const quietMs = now - this.seenRunning;
      if (this.wasPaused(now, quietMs, ranNs)) this.addPause(wallMs - quietMs, wallMs);
      this.seenRunning = now;
      this.ranNs = ranNs ?? 0;
    }
    this.looked = now;
    this.wallAtLook = wallMs;
  }

  /** Whether the process ran all along between two instants of the wall clock. */
  ranThrough(fromMs: number, toMs: number): boolean {
    return !this.pauses.some((pause) => pause.fromMs < toMs && pause.toMs > fromMs);
  }

  private wasPaused(now: number, quietMs: number, ranNs: number | null): boolean {
    const isSending = now - this.began <= this.pace.sendingMs;
    const sleepMsMax = isSending ? this.pace.spacingMs : this.pace.timeoutMs;
    const ownPause = now - this.looked > OWN_PAUSE_MS;
    if (quietMs <= sleepMsMax + PAUSE_MS && !ownPause) return false;
    const before = this.seenRunning - this.began;
    if (ranNs === null || before <= 0 || !isSending) return true;
    const usualNs = (this.ranNs / before) * quietMs;
    return ranNs - this.ranNs < usualNs * USUAL_SHARE_MIN;
  }

  private addPause(oneMs: number, otherMs: number): void {
    const pause = { fromMs: Math.min(oneMs, otherMs), toMs: Math.max(oneMs, otherMs) };
    this.longestPauseMs = Math.max(this.longestPauseMs, pause.toMs - pause.fromMs);
    this.pauses.push(pause);
  }
}

/** Reads the CPU time that a process has used; null where the system does not say. */
export class CpuTimeFile {
  private readonly fd: number | null;
  private static readonly bytes = Buffer.alloc(64);

  constructor(pid: number) {
    this.fd = openOrNull(`/proc/${pid}/schedstat`);
  }

  readonly ranNs = (): number | null => {
    if (this.fd === null) return null;
    try {
      const length = readSync(this.fd, CpuTimeFile.bytes, 0, CpuTimeFile.bytes.length, 0);
      const ranNs = Number.parseInt(CpuTimeFile.bytes.toString('latin1', 0, length), 10);
      return Number.isFinite(ranNs) ? ranNs : null;
    } catch (error) {
      if (isSystemError(error)) return null; // the process has ended
      throw error;
    }
  };

  close(): void {
    if (this.fd !== null) closeSync(this.fd);
  }
}

function openOrNull(file: string): number | null {
  try {
    return openSync(file, 'r');
  } catch (error) {
    if (isSystemError(error)) return null;
    throw error;
  }
}

function isSystemError(error: unknown): boolean {
  return error instanceof Error && 'code' in error;
}
