/** Smaller buffers are cheap to allocate and are not kept. */
const KEPT_BYTES_MIN = 32 * 1024;
/** Buffer sizes are rounded up to a multiple of this, so that a slightly larger next request also fits. */
const STEP_BYTES = 64 * 1024;

/**
 * Keeps one buffer for the next request: recently used memory is mapped and in the CPU cache, whereas new memory has to be mapped page by
 * page and is freed by the garbage collector. A request that arrives while the buffer is in use gets a new one.
 */
export class SpareBuffer {
  private spare: Buffer | null = null;

  /** Buffers larger than `bytesMax` are not kept. */
  constructor(private readonly bytesMax: number) {}

  /** Returns a buffer of at least `bytes` bytes with arbitrary content. */
  takeBuffer(bytes: number): Buffer {
    if (bytes < KEPT_BYTES_MIN) return Buffer.allocUnsafe(bytes);
    const { spare } = this;
    if (spare === null || spare.length < bytes) {
      return Buffer.allocUnsafeSlow(Math.ceil(bytes / STEP_BYTES) * STEP_BYTES);
    }
    this.spare = null;
    return spare;
  }

  /** Keeps a buffer of `takeBuffer` that is no longer used, if it is larger than the one kept now. */
  giveBack(buffer: Buffer): void {
    const isKept = buffer.length >= KEPT_BYTES_MIN && buffer.length <= this.bytesMax;
    if (isKept && buffer.length > (this.spare?.length ?? 0)) this.spare = buffer;
  }
}
