import { closeSync, openSync, readSync } from 'node:fs';

const BYTES_MAX = 64 * 1024;

/** A file below /proc that is opened once and read many times, at a sixth of the cost of opening it each time. */
export class ProcFile {
  private static readonly buffer = Buffer.allocUnsafe(BYTES_MAX);
  private readonly fd: number | null;

  constructor(path: string) {
    this.fd = openOrNull(path);
  }

  /** Returns the present content, at most 64 KiB, valid until the next read of any file; null if it is missing or its process has ended. */
  readContent(): Buffer | null {
    if (this.fd === null) return null;
    try {
      const { buffer } = ProcFile;
      return buffer.subarray(0, readSync(this.fd, buffer, 0, buffer.length, 0));
    } catch (error) {
      if (isSystemError(error)) return null;
      throw error;
    }
  }

  close(): void {
    if (this.fd !== null) closeSync(this.fd);
  }
}

function openOrNull(path: string): number | null {
  try {
    return openSync(path, 'r');
  } catch (error) {
    if (isSystemError(error)) return null;
    throw error;
  }
}

function isSystemError(error: unknown): boolean {
  return error instanceof Error && 'code' in error;
}
