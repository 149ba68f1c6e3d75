import { randomBytes } from 'node:crypto';
import { closeSync, constants, ftruncateSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs';
import path from 'node:path';

const READ_BYTES = 256 * 1024;
// One slice writes some 100 bytes a target: this is more than the largest one does.
const READS_MAX = 64;

/**
 * A nameless file that a child process writes to and this process reads from while it grows. Reading it every few tens
 * of ms costs a third of what a pipe does, which wakes this process for each line, and the child never waits for us.
 */
export class CaptureFile {
  readonly fd: number;
  private readAt = 0;
  private static readonly chunk = Buffer.allocUnsafe(READ_BYTES);

  /** @throws Error if no file can be made in `dir` */
  constructor(dir: string) {
    const file = path.join(dir, `.icmp-mon-${process.pid}-${randomBytes(12).toString('hex')}`);
    // Appending: the child goes on at the end after the file was emptied for it.
    this.fd = openSync(file, constants.O_CREAT | constants.O_EXCL | constants.O_RDWR | constants.O_APPEND, 0o600);
    unlinkSync(file);
  }

  empty(): void {
    ftruncateSync(this.fd, 0);
    this.readAt = 0;
  }

  /** Replaces the content; the reader is a descriptor of its own, at the beginning, for the caller to close. */
  fill(content: string): number {
    this.empty();
    const bytes = Buffer.from(content, 'latin1');
    for (let at = 0; at < bytes.length;) at += writeSync(this.fd, bytes, at);
    return openSync(`/proc/self/fd/${this.fd}`, 'r');
  }

  /** Gives what was written since the last call, piece by piece; a piece is valid during the call only. */
  drain(take: (chunk: Uint8Array) => void): void {
    const { chunk } = CaptureFile;
    for (let reads = 0; reads < READS_MAX; reads++) {
      const length = readSync(this.fd, chunk, 0, chunk.length, this.readAt);
      if (length === 0) return;
      this.readAt += length;
      take(chunk.subarray(0, length));
      if (length < chunk.length) return;
    }
  }

  close(): void {
    closeSync(this.fd);
  }
}
