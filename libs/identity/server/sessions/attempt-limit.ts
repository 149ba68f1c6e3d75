export interface AttemptLimitOptions {
  /** Failures in a row that are allowed immediately. */
  burst: number;
  /** Further failures allowed per minute. */
  perMinute: number;
  /** Maximum number of stored keys; the least recently used one is evicted first. */
  keysMax: number;
}

interface Bucket {
  left: number;
  atMs: number;
}

/**
 * Limits failures by key with a token bucket. An attempt takes a token when it begins, so concurrent attempts are limited too, and returns
 * it on success: only failures cost a token.
 */
export class AttemptLimit {
  private readonly buckets = new Map<string, Bucket>();

  constructor(private readonly options: AttemptLimitOptions) {}

  /** Takes a token. Returns null if there was one, otherwise the seconds (at least 1) until the next one. */
  takeToken(key: string, nowMs = performance.now()): number | null {
    const bucket = this.bucketOf(key, nowMs);
    if (bucket.left < 1) return Math.ceil(((1 - bucket.left) * 60) / this.options.perMinute);
    bucket.left -= 1;
    return null;
  }

  /** Returns the token of an attempt that succeeded or was not made. */
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
