import { ProcFile } from './proc-file';

/** Shorter pauses do no harm: replies wait in the kernel with their arrival time, while its buffer has room (see `dropped`). */
const PAUSE_MS = 300;
/** This process itself came so late: what the watched one did meanwhile is known only by the CPU time it used. */
const OWN_PAUSE_MS = 500;
/** Of the CPU time used before in as much time: with less, the process did not run all along. */
const USUAL_SHARE_MIN = 0.5;
/** ntpd steps the clock above 128 ms (its default) and slews below, so steps of 100 ms and more are detected. */
const CLOCK_STEP_MS = 100;

/** Signs of life of a process, as the kernel reports them. */
export interface ProcessSigns {
  /** CPU time used, ns; null where the kernel does not report it. */
  ranNs: () => number | null;
  /** Packets dropped because it did not read its sockets in time. */
  dropped: () => number;
}

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

interface Span {
  fromMs: number;
  toMs: number;
}

/**
 * Knows when a process did not run: it was stopped, starved or frozen (with the machine, or with us), or the clock was set. What
 * the process says of such a time is not believed: it may say that it waited in vain when it did not listen.
 */
export class RunWatch {
  /** The longest pause, 0 if there was none. */
  longestPauseMs = 0;
  /** Packets dropped so far. */
  dropped = 0;
  private readonly pauses: Span[] = [];
  private readonly losses: Span[] = [];
  private readonly steps: Span[] = [];
  private readonly began: number;
  private ranNs = 0;
  /** Steady time when it was last seen to have run, */
  private seenRunning: number;
  /** and of the last look. */
  private looked: number;
  private wallAtLook: number;

  constructor(
    private readonly signs: ProcessSigns,
    private readonly pace: WatchedPace,
    private readonly clocks: Clocks,
  ) {
    this.began = this.seenRunning = this.looked = clocks.steadyMs();
    this.wallAtLook = clocks.wallMs();
    this.ranNs = signs.ranNs() ?? 0;
  }

  /** Called at least every 100 ms while the process runs, before its output is read. */
  look(): void {
    const now = this.clocks.steadyMs();
    const wallMs = this.clocks.wallMs();
    const stepMs = wallMs - this.wallAtLook - (now - this.looked);
    if (Math.abs(stepMs) > CLOCK_STEP_MS) this.steps.push(this.addPause(this.wallAtLook, wallMs));
    const dropped = this.signs.dropped();
    if (dropped > this.dropped) {
      this.losses.push({ fromMs: this.wallAtLook, toMs: wallMs });
      this.dropped = dropped;
    }
    const ranNs = this.signs.ranNs();
    if (ranNs === null || ranNs > this.ranNs) {
      const quietMs = now - this.seenRunning;
      if (this.wasPaused(now, quietMs, ranNs)) this.addPause(wallMs - quietMs, wallMs);
      this.seenRunning = now;
      this.ranNs = ranNs ?? 0;
    }
    this.looked = now;
    this.wallAtLook = wallMs;
  }

  /** Whether the process ran and received all its packets between two instants of the wall clock. */
  listened(fromMs: number, toMs: number): boolean {
    return !overlaps(this.pauses, fromMs, toMs) && !overlaps(this.losses, fromMs, toMs);
  }

  /** Whether the wall clock was not set between two of its instants: only then their difference is the elapsed time. */
  clockHeld(fromMs: number, toMs: number): boolean {
    return !overlaps(this.steps, fromMs, toMs);
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

  private addPause(oneMs: number, otherMs: number): Span {
    const pause = { fromMs: Math.min(oneMs, otherMs), toMs: Math.max(oneMs, otherMs) };
    this.longestPauseMs = Math.max(this.longestPauseMs, pause.toMs - pause.fromMs);
    this.pauses.push(pause);
    return pause;
  }
}

function overlaps(spans: readonly Span[], fromMs: number, toMs: number): boolean {
  return spans.some((span) => span.fromMs < toMs && span.toMs > fromMs);
}

/** Reads the CPU time that a process has used, ns; null where the kernel does not report it. */
export class CpuTimeFile {
  private readonly file: ProcFile;

  constructor(pid: number) {
    this.file = new ProcFile(`/proc/${pid}/schedstat`);
  }

  readonly ranNs = (): number | null => {
    const ranNs = Number.parseInt(this.file.read()?.toString('latin1') ?? '', 10);
    return Number.isFinite(ranNs) ? ranNs : null;
  };

  close(): void {
    this.file.close();
  }
}
