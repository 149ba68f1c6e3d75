/** Smaller buffers cost little to make, and are not kept. */
const KEPT_BYTES_MIN = 32 * 1024;
/** Sizes are rounded up to a multiple of this, so that the next request, a little larger, fits as well. */
const STEP_BYTES = 64 * 1024;

/**
 * Keeps one buffer for the next request: memory that was used a moment ago is mapped and in the cache, while new memory for each request
 * is mapped page by page and freed by the garbage collector. A request that comes while the buffer is in use gets a new one.
 */
export class SpareBuffer {
  private spare: Buffer | null = null;

  /** `bytesMax`: larger buffers are not kept. */
  constructor(private readonly bytesMax: number) {}

  /** A buffer of at least `bytes` bytes with arbitrary content. */
  take(bytes: number): Buffer {
    if (bytes < KEPT_BYTES_MIN) return Buffer.allocUnsafe(bytes);
    const { spare } = this;
    if (spare === null || spare.length < bytes) {
      return Buffer.allocUnsafeSlow(Math.ceil(bytes / STEP_BYTES) * STEP_BYTES);
    }
    this.spare = null;
    return spare;
  }

  /** Keeps a buffer of `take` that nothing reads any more, if it is the largest so far. */
  giveBack(buffer: Buffer): void {
    const isKept = buffer.length >= KEPT_BYTES_MIN && buffer.length <= this.bytesMax;
    if (isKept && buffer.length > (this.spare?.length ?? 0)) this.spare = buffer;
  }
}
