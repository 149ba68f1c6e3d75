import { closeSync, constants, openSync, readSync, writeSync } from 'node:fs';
import path from 'node:path';

const HELD_FILE = 'spool-held';
const DIGITS = 16;

/**
 * How many results the spool holds, in a file of its own: when the spool is damaged beyond reading, this says what was
 * in it. Not synced: it outlives the process, and after a power cut it is near enough.
 */
export class HeldCount {
  private readonly fd: number;
  private written = -1;

  /** @throws Error if there can be no file in `dir` */
  constructor(dir: string) {
    this.fd = openSync(path.join(dir, HELD_FILE), constants.O_CREAT | constants.O_RDWR, 0o600);
  }

  /** What was written last, by this process or one before it; 0 if that is not to be had. */
  read(): number {
    const bytes = Buffer.alloc(DIGITS);
    const text = bytes.toString('latin1', 0, readSync(this.fd, bytes, 0, DIGITS, 0));
    return /^\d{16}$/.test(text) ? Number(text) : 0;
  }

  write(results: number): void {
    const held = Math.max(0, results);
    if (held === this.written) return;
    writeSync(this.fd, String(held).padStart(DIGITS, '0'), 0, 'latin1');
    this.written = held;
  }

  close(): void {
    closeSync(this.fd);
  }
}
