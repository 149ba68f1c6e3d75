/** Of the time that a question takes, as many times that its answer is kept: asking takes at most a twentieth of the time. */
const KEPT_TIMES = 20;

/** An answer that many ask for: asked once at a time, and kept for some seconds, longer when it takes long. */
export class KeptAnswer<T> {
  private pending: Promise<T> | null = null;
  private untilMs = 0;

  constructor(
    private readonly ask: () => Promise<T>,
    private readonly keptMsMin: number,
  ) {}

  get(): Promise<T> {
    if (this.pending !== null && performance.now() < this.untilMs) return this.pending;
    const startedMs = performance.now();
    this.untilMs = Infinity;
    const settled = (): void => {
      const endedMs = performance.now();
      this.untilMs = endedMs + Math.max(this.keptMsMin, (endedMs - startedMs) * KEPT_TIMES);
    };
    this.pending = this.ask();
    this.pending.then(settled, settled);
    return this.pending;
  }
}
