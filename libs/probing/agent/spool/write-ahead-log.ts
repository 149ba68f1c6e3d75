import { closeSync, openSync, readSync } from 'node:fs';

/** SQLite's default page size, in bytes. */
export const PAGE_BYTES = 4096;
const WAL_HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;

/**
 * Committed pages that SQLite had not yet moved into the file, up to the first damaged frame, as SQLite itself would use them.
 * Format: https://www.sqlite.org/fileformat2.html, section 4.
 */
export class WriteAheadLog {
  lastPage = 0;
  private readonly fd: number | undefined;
  private readonly offsets = new Map<number, number>();

  constructor(file: string) {
    this.fd = openIfAny(file);
    if (this.fd !== undefined) this.index(this.fd);
  }

  close(): void {
    if (this.fd !== undefined) closeSync(this.fd);
  }

  pageAt(number: number): Buffer | undefined {
    const offset = this.offsets.get(number);
    return offset === undefined || this.fd === undefined ? undefined : readAt(this.fd, offset, PAGE_BYTES);
  }

  private index(fd: number): void {
    const header = readAt(fd, 0, WAL_HEADER_BYTES);
    if (header === undefined || header.readUInt32BE(8) !== PAGE_BYTES) return;
    const isBigEndian = (header[3] ?? 0) % 2 === 1;
    let sum = checksum(header.subarray(0, 24), [0, 0], isBigEndian);
    let pending: [page: number, offset: number][] = [];
    for (let at = WAL_HEADER_BYTES; ; at += FRAME_HEADER_BYTES + PAGE_BYTES) {
      const frame = readAt(fd, at, FRAME_HEADER_BYTES + PAGE_BYTES);
      if (frame === undefined || frame.compare(header, 16, 24, 8, 16) !== 0) return;
      sum = checksum(frame.subarray(0, 8), sum, isBigEndian);
      sum = checksum(frame.subarray(FRAME_HEADER_BYTES), sum, isBigEndian);
      if (sum[0] !== frame.readUInt32BE(16) || sum[1] !== frame.readUInt32BE(20)) return;
      pending.push([frame.readUInt32BE(0), at + FRAME_HEADER_BYTES]);
      const pagesAfterCommit = frame.readUInt32BE(4);
      if (pagesAfterCommit === 0) continue;
      for (const [page, offset] of pending) this.offsets.set(page, offset);
      pending = [];
      this.lastPage = pagesAfterCommit;
    }
  }
}

function checksum(bytes: Buffer, [first, second]: [number, number], isBigEndian: boolean): [number, number] {
  for (let at = 0; at < bytes.length; at += 8) {
    first = (first + (isBigEndian ? bytes.readUInt32BE(at) : bytes.readUInt32LE(at)) + second) >>> 0;
    second = (second + (isBigEndian ? bytes.readUInt32BE(at + 4) : bytes.readUInt32LE(at + 4)) + first) >>> 0;
  }
  return [first, second];
}

function openIfAny(file: string): number | undefined {
  try {
    return openSync(file, 'r');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function readAt(fd: number, offset: number, length: number): Buffer | undefined {
  const bytes = Buffer.alloc(length);
  return readSync(fd, bytes, 0, length, offset) === length ? bytes : undefined;
}
