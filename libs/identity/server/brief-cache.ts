interface Kept<T> {
  value: Promise<T>;
  /** By the monotonic clock: if the wall clock were set back, entries would outlive their time. */
  untilMs: number;
}

/** Keeps answers for a short while, at most so many; for what every request asks and what may be a few seconds old. Who asks meanwhile waits for the same answer. */
export class BriefCache<T> {
  private readonly entries = new Map<string, Kept<T>>();

  constructor(
    private readonly keepMs: number,
    private readonly entriesMax: number,
  ) {}

  async get(name: string, read: () => Promise<T>): Promise<T> {
    const kept = this.entries.get(name);
    if (kept !== undefined && kept.untilMs > performance.now()) return kept.value;
    const value = read();
    if (this.entries.size >= this.entriesMax) this.entries.clear();
    const entry = { value, untilMs: performance.now() + this.keepMs };
    this.entries.set(name, entry);
    try {
      return await value;
    } catch (error) {
      // A failure is not kept: the next caller asks again.
      if (this.entries.get(name) === entry) this.entries.delete(name);
      throw error;
    }
  }

  clear(): void {
    this.entries.clear();
  }

  forget(name: string): void {
    this.entries.delete(name);
  }
}
