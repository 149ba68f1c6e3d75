import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

// https://www.sqlite.org/fileformat2.html, for a file with pages of the default size and incremental vacuum.
export const PAGE_BYTES = 4096;
const TABLE_LEAF = 0x0d;
const INDEX_LEAF = 0x0a;
const LEAF_HEADER_BYTES = 8;
const FIRST_MAP_PAGE = 2;
const MAP_ENTRY_BYTES = 5;
const PAGES_PER_MAP = Math.floor(PAGE_BYTES / MAP_ENTRY_BYTES) + 1;
/** Page types in the map whose rows, if any seem to exist, are outdated: free pages and parts of long rows. */
const HOLDS_NO_ROWS = [2, 3, 4];
const TABLE_LOCAL_MAX = PAGE_BYTES - 35;
const LOCAL_MIN = Math.floor(((PAGE_BYTES - 12) * 32) / 255) - 23;
const INDEX_LOCAL_MAX = Math.floor(((PAGE_BYTES - 12) * 64) / 255) - 23;
const ROW_BYTES_MAX = 16 * 1024 ** 2;
const WAL_HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;
const CHUNK_PAGES = 64;

export type Value = number | string | Uint8Array | null;

export interface FoundRow {
  /** Undefined in a table without rowids. */
  id: number | undefined;
  values: Value[];
}

/**
 * The last committed pages of a spool's file, damaged or not, including pages that the tree no longer leads to because a page above them
 * is damaged. SQLite itself reads nothing from such a file.
 */
export class SpoolPages {
  readonly count: number;
  private readonly fd: number;
  private readonly log: WriteAheadLog;
  private chunk: { from: number; bytes: Buffer } | undefined;
  /** The part of SQLite's pointer map that was read last. */
  private map: { at: number; page: Buffer | undefined } | undefined;

  /** @throws Error if the file cannot be read at all */
  constructor(file: string) {
    this.fd = openSync(file, 'r');
    this.log = new WriteAheadLog(`${file}-wal`);
    this.count = Math.max(Math.ceil(fstatSync(this.fd).size / PAGE_BYTES), this.log.lastPage);
  }

  close(): void {
    closeSync(this.fd);
    this.log.close();
  }

  /** Yields every readable row of a page and skips damaged ones. The caller has to verify that a row is what was written. */
  *rowsOf(pageNumber: number): Generator<FoundRow> {
    const page = this.page(pageNumber);
    const kind = page?.[0];
    if (page === undefined || (kind !== TABLE_LEAF && kind !== INDEX_LEAF)) return;
    if (HOLDS_NO_ROWS.includes(this.kindByMap(pageNumber))) return;
    const cells = Math.min(page.readUInt16BE(3), (PAGE_BYTES - LEAF_HEADER_BYTES) / 2);
    for (let cell = 0; cell < cells; cell++) {
      const row = this.rowAt(page, page.readUInt16BE(LEAF_HEADER_BYTES + 2 * cell), kind === TABLE_LEAF);
      if (row !== undefined) yield row;
    }
  }

  private rowAt(page: Buffer, at: number, hasId: boolean): FoundRow | undefined {
    try {
      const cell = new Cursor(page, at);
      const length = cell.readVarint();
      const id = hasId ? cell.readVarint() : undefined;
      if (length > ROW_BYTES_MAX) return undefined;
      const payload = this.payload(page, cell.at, length, hasId ? TABLE_LOCAL_MAX : INDEX_LOCAL_MAX);
      return payload && { id, values: readRecord(payload) };
    } catch (error) {
      // Lengths or offsets point outside the page: not a valid row.
      if (error instanceof RangeError) return undefined;
      throw error;
    }
  }

  private payload(page: Buffer, at: number, length: number, localMax: number): Buffer | undefined {
    if (length <= localMax) return at + length <= PAGE_BYTES ? page.subarray(at, at + length) : undefined;
    const wished = LOCAL_MIN + ((length - LOCAL_MIN) % (PAGE_BYTES - 4));
    const local = wished <= localMax ? wished : LOCAL_MIN;
    const parts = [page.subarray(at, at + local)];
    let next = page.readUInt32BE(at + local);
    for (let rest = length - local; rest > 0; rest -= PAGE_BYTES - 4) {
      const overflow = this.page(next);
      if (overflow === undefined) return undefined;
      parts.push(overflow.subarray(4, 4 + Math.min(rest, PAGE_BYTES - 4)));
      next = overflow.readUInt32BE(0);
    }
    return Buffer.concat(parts);
  }

  private kindByMap(pageNumber: number): number {
    const nth = Math.floor((pageNumber - FIRST_MAP_PAGE) / PAGES_PER_MAP);
    const at = nth * PAGES_PER_MAP + FIRST_MAP_PAGE;
    if (pageNumber <= at) return 0;
    if (this.map?.at !== at) this.map = { at, page: this.page(at) };
    return this.map.page?.[MAP_ENTRY_BYTES * (pageNumber - at - 1)] ?? 0;
  }

  private page(number: number): Buffer | undefined {
    if (number < 1 || number > this.count) return undefined;
    const logged = this.log.page(number);
    if (logged !== undefined) return logged;
    const index = (number - 1) % CHUNK_PAGES;
    const from = number - 1 - index;
    if (this.chunk?.from !== from) this.chunk = { from, bytes: this.readChunk(from) };
    const page = this.chunk.bytes.subarray(index * PAGE_BYTES, (index + 1) * PAGE_BYTES);
    return page.length === PAGE_BYTES ? page : undefined;
  }

  /** Returns a separate buffer: rows that were read are views into it. */
  private readChunk(from: number): Buffer {
    const bytes = Buffer.alloc(CHUNK_PAGES * PAGE_BYTES);
    return bytes.subarray(0, readSync(this.fd, bytes, 0, bytes.length, from * PAGE_BYTES));
  }
}

/** Committed pages that SQLite had not yet moved into the file, up to the first damaged frame, as SQLite itself would use them. */
class WriteAheadLog {
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

  page(number: number): Buffer | undefined {
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

class Cursor {
  constructor(
    private readonly bytes: Buffer,
    public at: number,
  ) {}

  /** @throws RangeError beyond the end, or if the number is too large to have been written by the spool */
  readVarint(): number {
    let value = 0n;
    for (let read = 0; read < 9; read++) {
      const byte = this.bytes.readUInt8(this.at++);
      if (read === 8) value = (value << 8n) | BigInt(byte);
      else value = (value << 7n) | BigInt(byte & 0x7f);
      if (byte < 0x80) break;
    }
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new RangeError('too large');
    return Number(value);
  }
}

function readRecord(payload: Buffer): Value[] {
  const header = new Cursor(payload, 0);
  const headerBytes = header.readVarint();
  const values: Value[] = [];
  let at = headerBytes;
  while (header.at < headerBytes) {
    const [value, bytes] = readValue(payload, at, header.readVarint());
    values.push(value);
    at += bytes;
  }
  return values;
}

const INTEGER_BYTES = [0, 1, 2, 3, 4, 6, 8];

function readValue(payload: Buffer, at: number, type: number): [Value, number] {
  if (type === 0) return [null, 0];
  if (type === 8 || type === 9) return [type - 8, 0];
  if (type >= 12) {
    const bytes = (type - 12 - (type % 2)) / 2;
    if (at + bytes > payload.length) throw new RangeError('longer than its row');
    return [type % 2 === 1 ? payload.toString('utf8', at, at + bytes) : payload.subarray(at, at + bytes), bytes];
  }
  const bytes = INTEGER_BYTES[type];
  if (bytes === undefined) throw new RangeError('no integer');
  return [bytes === 8 ? Number(payload.readBigInt64BE(at)) : payload.readIntBE(at, bytes), bytes];
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
