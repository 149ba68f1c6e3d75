export interface AttemptLimitOptions {
  /** Failures in a row that are allowed immediately. */
  burst: number;
  /** Time until the next failure is allowed. It doubles with each further failure, until `burst` failures are allowed again. */
  intervalMs: number;
  intervalMsMax: number;
  /** Maximum number of stored keys; the least recently used one is evicted first. */
  keysMax: number;
}

interface Bucket {
  left: number;
  atMs: number;
  intervalMs: number;
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
    if (bucket.left < 1) return Math.ceil(((1 - bucket.left) * bucket.intervalMs) / 1_000);
    bucket.left -= 1;
    if (bucket.left < 1) bucket.intervalMs = Math.min(bucket.intervalMs * 2, this.options.intervalMsMax);
    return null;
  }

  /** Returns the token of an attempt that succeeded or was not made. */
  giveBack(key: string, nowMs = performance.now()): void {
    const bucket = this.bucketOf(key, nowMs);
    bucket.left = Math.min(this.options.burst, bucket.left + 1);
  }

  /** Forgets the failures of a key, after a success that only its rightful user can have. */
  forgetKey(key: string): void {
    this.buckets.delete(key);
  }

  private bucketOf(key: string, nowMs: number): Bucket {
    const { burst, intervalMs, keysMax } = this.options;
    const bucket = this.buckets.get(key) ?? { left: burst, atMs: nowMs, intervalMs };
    bucket.left = Math.min(burst, bucket.left + (nowMs - bucket.atMs) / bucket.intervalMs);
    bucket.atMs = nowMs;
    if (bucket.left === burst) bucket.intervalMs = intervalMs;
    this.buckets.delete(key);
    const [oldest] = this.buckets.keys();
    if (this.buckets.size >= keysMax && oldest !== undefined) this.buckets.delete(oldest);
    this.buckets.set(key, bucket);
    return bucket;
  }
}
