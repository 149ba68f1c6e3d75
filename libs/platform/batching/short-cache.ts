export interface ShortCacheOptions<T> {
  /** Maximum keys. The key that was read longest ago is evicted first. */
  entriesMax: number;
  /** Returns how long an answer is kept after its arrival, in ms, given how long it took. 0 or less: the next caller reads again. */
  keptMs(tookMs: number): number;
  /** Returns whether an answer is kept. Default: always. An answer that is not kept can still be recalled. */
  isKept?(answer: T): boolean;
  /** How long callers share a read in progress, in ms; then the next caller reads again, because a server may hang. Default: until it ends. */
  sharedMs?: number;
  /** Whether a failure is kept like an answer. Default: false, the next caller reads again. */
  keepsFailures?: boolean;
  /** How long `recallStale` returns an answer, in ms. Default: 0. */
  recalledMs?: number;
}

/** An answer is kept this many times longer than its read took, so that reads take at most a twentieth of the time. */
const KEPT_TIMES = 20;

/** Returns a `keptMs` for reads that may be expensive: at least `keptMsMin`, longer if the read took long. */
export function keptByCost(keptMsMin: number): (tookMs: number) => number {
  return (tookMs) => Math.max(keptMsMin, tookMs * KEPT_TIMES);
}

interface Entry<T> {
  answer: Promise<T>;
  /** In ms of the monotonic clock, like all times here: with the wall clock, entries would live too long after it is set back. */
  untilMs: number;
  last: { value: T; atMs: number } | null;
}

/** Caches answers that many callers read and that may be some seconds old. Concurrent callers share one read. */
export class ShortCache<T> {
  private readonly entries = new Map<string, Entry<T>>();

  constructor(private readonly options: ShortCacheOptions<T>) {}

  get(key: string, read: () => Promise<T>): Promise<T> {
    const kept = this.entries.get(key);
    const askedMs = performance.now();
    if (kept !== undefined && askedMs < kept.untilMs) return kept.answer;
    const { keptMs, isKept = () => true, sharedMs = Infinity, keepsFailures = false } = this.options;
    const entry: Entry<T> = { answer: read(), untilMs: askedMs + sharedMs, last: kept?.last ?? null };
    this.putEntry(key, entry);
    const settled = (keeps: boolean): number => {
      const nowMs = performance.now();
      entry.untilMs = keeps ? nowMs + keptMs(nowMs - askedMs) : -Infinity;
      return nowMs;
    };
    entry.answer.then(
      (value) => (entry.last = { value, atMs: settled(isKept(value)) }),
      () => settled(keepsFailures),
    );
    return entry.answer;
  }

  /** Returns the last answer, for use while the source is unavailable; undefined if it is older than `recalledMs`. */
  recallStale(key: string): T | undefined {
    const last = this.entries.get(key)?.last;
    return last && performance.now() - last.atMs < (this.options.recalledMs ?? 0) ? last.value : undefined;
  }

  /** Removes a key, including a read in progress. */
  forgetKey(key: string): void {
    this.entries.delete(key);
  }

  /** Expires all keys, so that the next callers read again. `recallStale` still returns the old answers. */
  expireAll(): void {
    for (const [key, { answer, last }] of this.entries) this.entries.set(key, { answer, untilMs: -Infinity, last });
  }

  private putEntry(key: string, entry: Entry<T>): void {
    this.entries.delete(key);
    const [oldest] = this.entries.keys();
    if (oldest !== undefined && this.entries.size >= this.options.entriesMax) this.entries.delete(oldest);
    this.entries.set(key, entry);
  }
}
