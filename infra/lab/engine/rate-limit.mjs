const MS_PER_S = 1_000;

/** Token buckets by key, each of one second's worth of tokens. Keys are of a closed set (routers, targets of a fault). */
export class RateLimits {
  /** @type {Map<string, { tokens: number, atMs: number }>} */ buckets = new Map();

  /**
   * Takes a token; returns false when none is left.
   * @param {string} key
   * @param {number} perSecond
   * @param {number} nowMs
   */
  allows(key, perSecond, nowMs) {
    const capacity = Math.max(1, perSecond);
    const bucket = this.buckets.get(key) ?? { tokens: capacity, atMs: nowMs };
    bucket.tokens = Math.min(capacity, bucket.tokens + ((nowMs - bucket.atMs) * perSecond) / MS_PER_S);
    bucket.atMs = nowMs;
    this.buckets.set(key, bucket);
    if (bucket.tokens < 1) return false;
    bucket.tokens -= 1;
    return true;
  }
}
