/** While the database is away, a caller that was known this long ago may still look at the product's health. */
const KNOWN_MS = 10 * 60_000;

interface Known<T> {
  value: T;
  atMs: number;
}

/** What was found true of callers lately, at most so many; for when nothing can be asked. */
export class RecentlyKnown<T> {
  private readonly known = new Map<string, Known<T>>();

  constructor(
    private readonly entriesMax: number,
    private readonly nowMs: () => number = () => performance.now(),
  ) {}

  keep(name: string, value: T): void {
    this.known.delete(name);
    const [oldest] = this.known.keys();
    if (this.known.size >= this.entriesMax && oldest !== undefined) this.known.delete(oldest);
    this.known.set(name, { value, atMs: this.nowMs() });
  }

  forget(name: string): void {
    this.known.delete(name);
  }

  /** What was kept within the last ten minutes, null otherwise. */
  get(name: string): T | null {
    const found = this.known.get(name);
    return found !== undefined && this.nowMs() - found.atMs < KNOWN_MS ? found.value : null;
  }
}
