import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { Cursor, readRecord, type Value } from './sqlite-record';
import { PAGE_BYTES, WriteAheadLog } from './write-ahead-log';

// https://www.sqlite.org/fileformat2.html, for a file with pages of the default size and incremental vacuum.
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
const CHUNK_PAGES = 64;

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
    const page = this.pageAt(pageNumber);
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
      const overflow = this.pageAt(next);
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
    if (this.map?.at !== at) this.map = { at, page: this.pageAt(at) };
    return this.map.page?.[MAP_ENTRY_BYTES * (pageNumber - at - 1)] ?? 0;
  }

  private pageAt(number: number): Buffer | undefined {
    if (number < 1 || number > this.count) return undefined;
    const logged = this.log.pageAt(number);
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
