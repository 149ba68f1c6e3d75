/** One upload should take no longer than this, so that what is newer than it does not wait. */
const AIM_MS = 4_000;
const BYTES_FIRST = 64 * 1024;
const BYTES_MIN = 2 * 1024;
const BYTES_MAX = 1024 * 1024;
const BLOCKS_MAX = 1024;
/** A line that turns out better is used step by step. */
const GROWTH_MAX = 4;

/** How much goes into the next upload of a lane, by how the last ones went. */
export class UploadSize {
  private bytes = BYTES_FIRST;
  private blocks = BLOCKS_MAX;

  get bytesMax(): number {
    return this.bytes;
  }

  get blocksMax(): number {
    return this.blocks;
  }

  /** An upload was taken whole: the next one may be as large as the line carries within the aim. */
  taken(bytes: number, tookMs: number): void {
    this.blocks = Math.min(BLOCKS_MAX, this.blocks * 2);
    const byRate = (bytes * AIM_MS) / Math.max(1, tookMs);
    // A small upload that took its time says more of the way there and back than of the line.
    if (byRate < this.bytes && tookMs < AIM_MS / 2) return;
    this.bytes = clamp(Math.min(byRate, this.bytes * GROWTH_MAX));
  }

  /** It was not taken in time, or there was no answer. */
  tooSlow(bytes: number): void {
    this.bytes = clamp(Math.min(bytes, this.bytes) / 2);
  }

  /** The gateway takes no more blocks at once than this. */
  tooMany(blocks: number): void {
    this.blocks = Math.max(1, Math.floor(blocks));
  }
}

function clamp(bytes: number): number {
  return Math.round(Math.max(BYTES_MIN, Math.min(BYTES_MAX, bytes)));
}
