const REPORT_MS = 1_000;

/** Reports the progress of a rebuild: at most one line per second, and one line when it has first caught up. */
export class RebuildProgress {
  private readonly startedMs = performance.now();
  private reportedMs = 0;
  /** Steps of the source, as estimated at the start. */
  total = 0;

  constructor(private readonly report: (line: string) => void) {}

  /** Seconds since the start. */
  get seconds(): number {
    return (performance.now() - this.startedMs) / 1_000;
  }

  /** `steps` were applied so far. */
  stepped(steps: number): void {
    const nowMs = performance.now();
    if (nowMs - this.reportedMs < REPORT_MS) return;
    this.reportedMs = nowMs;
    this.report(this.line(steps));
  }

  /** All steps were applied; only the first call is reported, and nothing after it. */
  caughtUp(steps: number): void {
    if (this.reportedMs === Infinity) return;
    this.reportedMs = Infinity;
    this.report(this.line(steps));
  }

  private line(steps: number): string {
    const perSecond = steps / Math.max(0.001, this.seconds);
    const left = Math.max(0, this.total - steps);
    const percent = left === 0 ? 100 : Math.floor((steps / this.total) * 100);
    const eta = left === 0 ? 'caught up' : `${Math.ceil(left / Math.max(1, perSecond))} s left`;
    return `  ${steps} of ${Math.max(this.total, steps)} (${percent} %), ${Math.round(perSecond)}/s, ${eta}`;
  }
}
