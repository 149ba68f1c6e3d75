/** Target duration of one upload, in ms: a longer one would delay newer results. */
const AIM_MS = 4_000;
const BYTES_FIRST = 64 * 1024;
const BYTES_MIN = 2 * 1024;
const BYTES_MAX = 1024 * 1024;
const BLOCKS_MAX = 1024;
/** Largest growth from one upload to the next, as a factor. */
const GROWTH_MAX = 4;

/** Adapts the size of a lane's next upload to the duration of the previous ones. */
export class UploadSize {
  private bytes = BYTES_FIRST;
  private blocks = BLOCKS_MAX;

  get bytesMax(): number {
    return this.bytes;
  }

  get blocksMax(): number {
    return this.blocks;
  }

  /** Records an upload that was accepted completely: the next one may be as large as the line carries within the target duration. */
  recordUpload(bytes: number, tookMs: number): void {
    this.blocks = Math.min(BLOCKS_MAX, this.blocks * 2);
    const byRate = (bytes * AIM_MS) / Math.max(1, tookMs);
    // A small upload that took long measures the round trip, not the bandwidth.
    if (byRate < this.bytes && tookMs < AIM_MS / 2) return;
    this.bytes = clamp(Math.min(byRate, this.bytes * GROWTH_MAX));
  }

  /** Records an upload that timed out or got no answer. */
  tooSlow(bytes: number): void {
    this.bytes = clamp(Math.min(bytes, this.bytes) / 2);
  }

  /** Limits uploads to this many blocks. */
  tooMany(blocks: number): void {
    this.blocks = Math.max(1, Math.floor(blocks));
  }
}

function clamp(bytes: number): number {
  return Math.round(Math.max(BYTES_MIN, Math.min(BYTES_MAX, bytes)));
}
