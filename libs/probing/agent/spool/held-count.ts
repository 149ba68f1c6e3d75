import { closeSync, constants, openSync, readSync, writeSync } from 'node:fs';
import path from 'node:path';

const HELD_FILE = 'spool-held';
const DIGITS = 16;

/**
 * Number of results in the spool, in a file of its own: it shows how many results are lost if the spool is damaged beyond reading. Not
 * synced: it survives the process, and after a power failure it is close enough.
 */
export class HeldCount {
  private readonly fd: number;
  private written = -1;

  /** @throws Error if the file cannot be created in `dir` */
  constructor(dir: string) {
    this.fd = openSync(path.join(dir, HELD_FILE), constants.O_CREAT | constants.O_RDWR, 0o600);
  }

  /** Returns the number written last, by this process or an earlier one; 0 if it cannot be read. */
  readCount(): number {
    const bytes = Buffer.alloc(DIGITS);
    const text = bytes.toString('latin1', 0, readSync(this.fd, bytes, 0, DIGITS, 0));
    return /^\d{16}$/.test(text) ? Number(text) : 0;
  }

  writeCount(results: number): void {
    const held = Math.max(0, results);
    if (held === this.written) return;
    writeSync(this.fd, String(held).padStart(DIGITS, '0'), 0, 'latin1');
    this.written = held;
  }

  close(): void {
    closeSync(this.fd);
  }
}
