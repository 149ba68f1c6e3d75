interface Kept<T> {
  value: T;
  untilMs: number;
}

/** Keeps answers for a short while, at most so many; for what every request asks and what may be a few seconds old. */
export class BriefCache<T> {
  private readonly entries = new Map<string, Kept<T>>();

  constructor(
    private readonly keepMs: number,
    private readonly entriesMax: number,
  ) {}

  async get(name: string, read: () => Promise<T>): Promise<T> {
    const kept = this.entries.get(name);
    if (kept !== undefined && kept.untilMs > Date.now()) return kept.value;
    const value = await read();
    if (this.entries.size >= this.entriesMax) this.entries.clear();
    this.entries.set(name, { value, untilMs: Date.now() + this.keepMs });
    return value;
  }

  forget(name: string): void {
    this.entries.delete(name);
  }
}
