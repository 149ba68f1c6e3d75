/** How often the event loop proves that it runs, in ms. */
const BEAT_MS = 20;
/** A beat that is later than this is a pause: times measured across it are not those of the network. */
const PAUSE_MS_MIN = 100;
/** Pauses older than this are forgotten, in ms; no probe takes longer. */
const KEPT_MS = 60_000;

/**
 * Watches whether this process ran. While its event loop is paused (no CPU, a suspended machine, long work), answers wait in the kernel:
 * round trips seem long, and timeouts expire for answers that have arrived.
 */
export class LoopWatch {
  private timer: NodeJS.Timeout | undefined;
  private users = 0;
  private beatAtMs = 0;
  private pauses: { fromMs: number; toMs: number }[] = [];

  constructor(private readonly steadyMs: () => number = () => performance.now()) {}

  start(): void {
    if (this.users++ > 0) return;
    this.beatAtMs = this.steadyMs();
    this.timer = setInterval(() => this.beat(), BEAT_MS);
  }

  stop(): void {
    if (--this.users > 0) return;
    clearInterval(this.timer);
    this.pauses = [];
  }

  /** Whether the process ran all the time between two instants, the later one being now. */
  ranSince(fromMs: number): boolean {
    this.beat();
    return this.pauses.every(({ toMs }) => toMs <= fromMs);
  }

  /** Returns the longest pause since an instant, in ms; 0 if there was none. */
  longestPauseMs(sinceMs: number): number {
    this.beat();
    return this.pauses.reduce((longest, { fromMs, toMs }) => {
      return toMs <= sinceMs ? longest : Math.max(longest, toMs - fromMs);
    }, 0);
  }

  private beat(): void {
    const nowMs = this.steadyMs();
    if (nowMs - this.beatAtMs >= PAUSE_MS_MIN) {
      this.pauses = this.pauses.filter(({ toMs }) => nowMs - toMs < KEPT_MS);
      this.pauses.push({ fromMs: this.beatAtMs, toMs: nowMs });
    }
    this.beatAtMs = nowMs;
  }
}
