export interface AttemptLimitOptions {
  /** Failures in a row that are borne at once. */
  burst: number;
  /** Further failures per minute after that. */
  perMinute: number;
  /** Keys that are remembered; the one that was touched longest ago is forgotten first. */
  keysMax: number;
}

interface Bucket {
  left: number;
  atMs: number;
}

/**
 * Counts failures by key as a token bucket. An attempt takes a token when it begins, so that many at once are bounded
 * too, and gets it back when it succeeds: only failures cost.
 */
export class AttemptLimit {
  private readonly buckets = new Map<string, Bucket>();

  constructor(private readonly options: AttemptLimitOptions) {}

  /** Takes a token: null when there was one, otherwise the seconds (at least 1) until there is one. */
  begin(key: string, nowMs = performance.now()): number | null {
    const bucket = this.bucketOf(key, nowMs);
    if (bucket.left < 1) return Math.ceil(((1 - bucket.left) * 60) / this.options.perMinute);
    bucket.left -= 1;
    return null;
  }

  /** The attempt succeeded, or was not made: its token comes back. */
  giveBack(key: string, nowMs = performance.now()): void {
    const bucket = this.bucketOf(key, nowMs);
    bucket.left = Math.min(this.options.burst, bucket.left + 1);
  }

  private bucketOf(key: string, nowMs: number): Bucket {
    const { burst, perMinute, keysMax } = this.options;
    const bucket = this.buckets.get(key) ?? { left: burst, atMs: nowMs };
    bucket.left = Math.min(burst, bucket.left + ((nowMs - bucket.atMs) / 60_000) * perMinute);
    bucket.atMs = nowMs;
    this.buckets.delete(key);
    const [oldest] = this.buckets.keys();
    if (this.buckets.size >= keysMax && oldest !== undefined) this.buckets.delete(oldest);
    this.buckets.set(key, bucket);
    return bucket;
  }
}
