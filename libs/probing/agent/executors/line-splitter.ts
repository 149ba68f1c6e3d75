/** Longest line: ten times what fping prints, with room for later versions. */
const LINE_BYTES_MAX = 4_096;
const NEWLINE = 10;

export type OnLine = (bytes: Uint8Array, start: number, end: number) => void;

/** Splits a stream of bytes into lines. A line that does not end, or is longer than 4 KiB, is dropped and counted. */
export class LineSplitter {
  dropped = 0;
  private readonly carry = new Uint8Array(LINE_BYTES_MAX);
  private carried = 0;
  private overlong = false;

  constructor(private readonly onLine: OnLine) {}

  pushChunk(chunk: Uint8Array): void {
    let start = 0;
    while (start < chunk.length) {
      const end = chunk.indexOf(NEWLINE, start);
      if (end === -1) return this.keepRest(chunk, start, chunk.length);
      if (this.carried === 0 && !this.overlong && end - start <= LINE_BYTES_MAX) this.onLine(chunk, start, end);
      else this.finishLine(chunk, start, end);
      start = end + 1;
    }
  }

  /** Ends the stream: a rest without a newline is a truncated line. */
  endStream(): void {
    if (this.carried > 0 || this.overlong) this.dropped++;
    this.carried = 0;
    this.overlong = false;
  }

  private keepRest(chunk: Uint8Array, start: number, end: number): void {
    if (this.overlong || this.carried + end - start > LINE_BYTES_MAX) {
      this.overlong = true;
      this.carried = 0;
      return;
    }
    this.carry.set(chunk.subarray(start, end), this.carried);
    this.carried += end - start;
  }

  private finishLine(chunk: Uint8Array, start: number, end: number): void {
    this.keepRest(chunk, start, end);
    if (this.overlong) this.dropped++;
    else this.onLine(this.carry, 0, this.carried);
    this.carried = 0;
    this.overlong = false;
  }
}
