import { ProcFile } from './proc-file';

/** Shortest pause that matters, in ms. During shorter ones replies wait in the kernel with their arrival time (but see `dropped`). */
const PAUSE_MS = 300;
/** Delay of this process from which on only the CPU time of the watched process shows whether it ran in between, in ms. */
const OWN_PAUSE_MS = 500;
/** Least share of the usual CPU time with which the process counts as having run all along. */
const USUAL_SHARE_MIN = 0.5;
/** Smallest clock step that is detected, in ms: ntpd steps the clock above 128 ms (its default) and slews below. */
const CLOCK_STEP_MS = 100;
/** How often dropped packets are counted while nothing depends on them, in ms: it is the most expensive part of a check. */
const COUNT_EVERY_MS = 1_000;

/** Figures of the kernel about a process. */
export interface ProcessSigns {
  /** Returns the CPU time used, in ns; null where the kernel does not report it. */
  ranNs: () => number | null;
  /** Returns the packets dropped because the process did not read its sockets in time. */
  dropped: () => number;
}

export interface Clocks {
  /** Wall clock by which the watched process stamps its lines. */
  wallMs: () => number;
  /** Monotonic clock. */
  steadyMs: () => number;
}

export interface WatchedPace {
  /** Longest sleep of the process while it sends, in ms. */
  spacingMs: number;
  /** Duration of sending, in ms. */
  sendingMs: number;
  /** Longest sleep after sending, in ms. */
  timeoutMs: number;
}

interface Span {
  fromMs: number;
  toMs: number;
}

/**
 * Detects when a process did not run (stopped, starved, or frozen with the machine or with this process), when it lost packets, and when
 * the clock was set. Timeouts that the process reports for such a time are not trusted: it did not listen all along.
 */
export class RunWatch {
  /** Longest pause in ms; 0 if there was none. */
  longestPauseMs = 0;
  /** Packets dropped so far. */
  dropped = 0;
  /** When it did not run, or the clock was set. */
  private readonly pauses: Span[] = [];
  private readonly losses: Span[] = [];
  private readonly steps: Span[] = [];
  private readonly began: number;
  private ranNs = 0;
  /** When the process was last seen to have run, by the monotonic clock. */
  private seenRunning: number;
  /** When it was last checked, by the monotonic clock. */
  private looked: number;
  private wallAtLook: number;
  /** When dropped packets were last counted, by the monotonic and by the wall clock. */
  private counted: number;
  private wallAtCount: number;

  constructor(
    private readonly signs: ProcessSigns,
    private readonly pace: WatchedPace,
    private readonly clocks: Clocks,
  ) {
    this.began = this.seenRunning = this.looked = this.counted = clocks.steadyMs();
    this.wallAtLook = this.wallAtCount = clocks.wallMs();
    this.ranNs = signs.ranNs() ?? 0;
  }

  /**
   * Checks the process. Called at least every 100 ms while it runs, before its output is read. With `missesWait`, timeouts that it has
   * reported become misses next, unless packets were dropped. When it ends, all become misses: it ends about when it has sent everything.
   */
  checkProcess(missesWait: boolean): void {
    const now = this.clocks.steadyMs();
    const wallMs = this.clocks.wallMs();
    const stepMs = wallMs - this.wallAtLook - (now - this.looked);
    if (Math.abs(stepMs) > CLOCK_STEP_MS) this.steps.push(this.addDistrusted(this.wallAtLook, wallMs));
    const mayEnd = !this.isSending(now + COUNT_EVERY_MS);
    if (missesWait || mayEnd || now - this.counted >= COUNT_EVERY_MS) this.countDropped(now, wallMs);
    const ranNs = this.signs.ranNs();
    if (ranNs === null || ranNs > this.ranNs) {
      const quietMs = now - this.seenRunning;
      if (this.wasPaused(now, quietMs, ranNs)) {
        this.addDistrusted(wallMs - quietMs, wallMs);
        this.longestPauseMs = Math.max(this.longestPauseMs, quietMs);
      }
      this.seenRunning = now;
      this.ranNs = ranNs ?? 0;
    }
    this.looked = now;
    this.wallAtLook = wallMs;
  }

  /** Whether the process ran all along, and the clock was not set. */
  get isUndisturbed(): boolean {
    return this.pauses.length === 0;
  }

  /** Discards the timeouts of the time for which dropped packets were not counted: the process was killed while it was sending. */
  distrustUncounted(): void {
    this.losses.push({ fromMs: this.wallAtCount, toMs: this.clocks.wallMs() });
  }

  /** Whether the process ran and received all its packets between two instants of the wall clock. */
  hasListened(fromMs: number, toMs: number): boolean {
    return !overlaps(this.pauses, fromMs, toMs) && !overlaps(this.losses, fromMs, toMs);
  }

  /** Returns why `hasListened` is false. */
  whyNotListened(fromMs: number, toMs: number): 'clock_set' | 'packets_dropped' | 'paused' {
    if (overlaps(this.steps, fromMs, toMs)) return 'clock_set';
    return overlaps(this.losses, fromMs, toMs) ? 'packets_dropped' : 'paused';
  }

  /** Whether the wall clock was not set between two of its instants: only then is their difference the elapsed time. */
  clockHeld(fromMs: number, toMs: number): boolean {
    return !overlaps(this.steps, fromMs, toMs);
  }

  private wasPaused(now: number, quietMs: number, ranNs: number | null): boolean {
    const isSending = this.isSending(now);
    const sleepMsMax = isSending ? this.pace.spacingMs : this.pace.timeoutMs;
    const ownPause = now - this.looked > OWN_PAUSE_MS;
    if (quietMs <= sleepMsMax + PAUSE_MS && !ownPause) return false;
    const before = this.seenRunning - this.began;
    if (ranNs === null || before <= 0 || !isSending) return true;
    const usualNs = (this.ranNs / before) * quietMs;
    return ranNs - this.ranNs < usualNs * USUAL_SHARE_MIN;
  }

  private isSending(at: number): boolean {
    return at - this.began <= this.pace.sendingMs;
  }

  private countDropped(now: number, wallMs: number): void {
    const dropped = this.signs.dropped();
    if (dropped > this.dropped) {
      this.losses.push({ fromMs: this.wallAtCount, toMs: wallMs });
      this.dropped = dropped;
    }
    this.counted = now;
    this.wallAtCount = wallMs;
  }

  private addDistrusted(oneMs: number, otherMs: number): Span {
    const span = { fromMs: Math.min(oneMs, otherMs), toMs: Math.max(oneMs, otherMs) };
    this.pauses.push(span);
    return span;
  }
}

function overlaps(spans: readonly Span[], fromMs: number, toMs: number): boolean {
  return spans.some((span) => span.fromMs < toMs && span.toMs > fromMs);
}

/** Reads the CPU time that a process has used. */
export class CpuTimeFile {
  /** How long the process was ready and waited for a CPU, as of the last read, in ms. */
  waitedMs = 0;
  private readonly file: ProcFile;

  constructor(pid: number) {
    this.file = new ProcFile(`/proc/${pid}/schedstat`);
  }

  readonly ranNs = (): number | null => {
    const [ranNs, waitedNs] = (this.file.readContent()?.toString('latin1') ?? '').split(' ', 2).map(Number);
    if (waitedNs === undefined) return null;
    this.waitedMs = waitedNs / 1e6;
    return ranNs;
  };

  close(): void {
    this.file.close();
  }
}
