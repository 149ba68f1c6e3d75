const KEYS_MAX = 10_000;

interface Bucket {
  tokens: number;
  atMs: number;
}

/** Token buckets by key: a rate per second, with a burst of two seconds' worth. */
export class RateLimit {
  private readonly buckets = new Map<string, Bucket>();
  private readonly burst: number;

  constructor(
    private readonly perS: number,
    burstS = 2,
  ) {
    this.burst = perS * burstS;
  }

  /** Takes `amount` and returns null, or returns after how many seconds (at least 1) to try again. */
  takeAmount(key: string, amount: number, nowMs = performance.now()): number | null {
    const bucket = this.buckets.get(key) ?? { tokens: this.burst, atMs: nowMs };
    bucket.tokens = Math.min(this.burst, bucket.tokens + ((nowMs - bucket.atMs) / 1000) * this.perS);
    bucket.atMs = nowMs;
    if (!this.buckets.has(key)) {
      if (this.buckets.size >= KEYS_MAX) this.buckets.clear();
      this.buckets.set(key, bucket);
    }
    // An amount larger than the whole bucket passes when the bucket is full, and is paid off afterwards.
    if (bucket.tokens >= Math.min(amount, this.burst)) {
      bucket.tokens -= amount;
      return null;
    }
    return Math.max(1, Math.ceil((Math.min(amount, this.burst) - bucket.tokens) / this.perS));
  }
}
