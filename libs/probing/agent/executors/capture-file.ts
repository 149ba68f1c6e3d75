import { randomBytes } from 'node:crypto';
import { closeSync, constants, ftruncateSync, openSync, readSync, unlinkSync } from 'node:fs';
import path from 'node:path';

const READ_BYTES = 256 * 1024;
// Reads per call. A slice writes about 100 bytes per target: the largest one writes less than this.
const READS_MAX = 64;

/**
 * An unlinked file that a child process writes to and this process reads while it grows. Reading it every few tens of ms costs a third of
 * the CPU time of a pipe, which wakes this process for each line, and the child never waits for this process.
 */
export class CaptureFile {
  readonly fd: number;
  /** When something new was last read, by the monotonic clock; before that, when it was emptied. */
  readAtMs = -Infinity;
  private readAt = 0;
  private static readonly chunk = Buffer.allocUnsafe(READ_BYTES);

  /** @throws Error if no file can be created in `dir` */
  constructor(dir: string) {
    const file = path.join(dir, `.icmp-mon-${process.pid}-${randomBytes(12).toString('hex')}`);
    // O_APPEND keeps both output streams of the child in order, also after the file was truncated for the next child.
    this.fd = openSync(file, constants.O_CREAT | constants.O_EXCL | constants.O_RDWR | constants.O_APPEND, 0o600);
    unlinkSync(file);
  }

  empty(): void {
    ftruncateSync(this.fd, 0);
    this.readAt = 0;
    this.readAtMs = performance.now();
  }

  /** Passes on what was written since the last call, in chunks. A chunk is valid only during the call. */
  readonly readNew = (take: (chunk: Uint8Array) => void): void => {
    const { chunk } = CaptureFile;
    for (let reads = 0; reads < READS_MAX; reads++) {
      const length = readSync(this.fd, chunk, 0, chunk.length, this.readAt);
      if (length === 0) return;
      this.readAt += length;
      this.readAtMs = performance.now();
      take(chunk.subarray(0, length));
      if (length < chunk.length) return;
    }
  };

  close(): void {
    closeSync(this.fd);
  }
}
