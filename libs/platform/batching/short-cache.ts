export interface ShortCacheOptions<T> {
  /** Keys at most; the key that was read longest ago is dropped first. */
  entriesMax: number;
  /** How long an answer is kept once it has arrived, ms, given how long it took; 0 or less: it is asked for again at once. */
  keptMs(tookMs: number): number;
  /** Whether an answer is kept; each is unless set. One that is not can still be recalled. */
  isKept?(answer: T): boolean;
  /** How long callers share a question under way, ms; until it is answered unless set. Then it is asked again: a server may have hung. */
  sharedMs?: number;
  /** Whether a failure is kept like an answer; false unless set: the next caller asks again. */
  keepsFailures?: boolean;
  /** How long `recall` returns an answer, ms; 0 unless set. */
  recalledMs?: number;
}

/** Of the time that a question takes, as many times that its answer is kept: asking takes at most a twentieth of the time. */
const KEPT_TIMES = 20;

/** For `keptMs`, where a question may be expensive: kept for `keptMsMin`, longer when the answer took long. */
export function keptByCost(keptMsMin: number): (tookMs: number) => number {
  return (tookMs) => Math.max(keptMsMin, tookMs * KEPT_TIMES);
}

interface Entry<T> {
  answer: Promise<T>;
  /** By the monotonic clock, as all times here: if the wall clock were set back, entries would outlive their time. */
  untilMs: number;
  last: { value: T; atMs: number } | null;
}

/** Keeps answers to questions that many callers ask and whose answers may be a few seconds old. Callers share the answer under way. */
export class ShortCache<T> {
  private readonly entries = new Map<string, Entry<T>>();

  constructor(private readonly options: ShortCacheOptions<T>) {}

  get(key: string, read: () => Promise<T>): Promise<T> {
    const kept = this.entries.get(key);
    const askedMs = performance.now();
    if (kept !== undefined && askedMs < kept.untilMs) return kept.answer;
    const { keptMs, isKept = () => true, sharedMs = Infinity, keepsFailures = false } = this.options;
    const entry: Entry<T> = { answer: read(), untilMs: askedMs + sharedMs, last: kept?.last ?? null };
    this.put(key, entry);
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

  /** The last answer that was read, for a time when nothing can be asked; undefined when it is older than `recalledMs`. */
  recall(key: string): T | undefined {
    const last = this.entries.get(key)?.last;
    return last && performance.now() - last.atMs < (this.options.recalledMs ?? 0) ? last.value : undefined;
  }

  /** Drops what is known of a key, also an answer under way. */
  forget(key: string): void {
    this.entries.delete(key);
  }

  /** Every key is asked for again; `recall` still returns what was read. */
  expire(): void {
    for (const [key, { answer, last }] of this.entries) this.entries.set(key, { answer, untilMs: -Infinity, last });
  }

  private put(key: string, entry: Entry<T>): void {
    this.entries.delete(key);
    const [oldest] = this.entries.keys();
    if (oldest !== undefined && this.entries.size >= this.options.entriesMax) this.entries.delete(oldest);
    this.entries.set(key, entry);
  }
}
