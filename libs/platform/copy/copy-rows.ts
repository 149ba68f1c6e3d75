const SIGNATURE = Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1');
const HEADER_BYTES = SIGNATURE.length + 8;
const PG_EPOCH_MS = Date.UTC(2000, 0, 1);
const TWO_32 = 2 ** 32;
const INITIAL_BYTES = 64 * 1024;

/**
 * Rows in PostgreSQL's binary COPY format, written field by field into one growing buffer, without an object per row.
 * Usage: `row(n)`, then exactly n field calls in the order of the table's columns; `finish()` returns the bytes.
 */
export class CopyRows {
  private buffer = Buffer.allocUnsafe(INITIAL_BYTES);
  private at = 0;
  private rows = 0;

  constructor() {
    this.reset();
  }

  get count(): number {
    return this.rows;
  }

  reset(): void {
    this.at = 0;
    this.rows = 0;
    SIGNATURE.copy(this.buffer, 0);
    this.buffer.writeInt32BE(0, SIGNATURE.length);
    this.buffer.writeInt32BE(0, SIGNATURE.length + 4);
    this.at = HEADER_BYTES;
  }

  startRow(fields: number): void {
    this.ensure(2);
    this.at = this.buffer.writeInt16BE(fields, this.at);
    this.rows++;
  }

  int2(value: number): void {
    this.ensure(6);
    this.at = this.buffer.writeInt32BE(2, this.at);
    this.at = this.buffer.writeInt16BE(value, this.at);
  }

  int4(value: number): void {
    this.ensure(8);
    this.at = this.buffer.writeInt32BE(4, this.at);
    this.at = this.buffer.writeInt32BE(value, this.at);
  }

  /** Writes an int8 from a number up to 2^53. */
  int8(value: number): void {
    this.ensure(12);
    // In two halves, because a BigInt would be one object per field.
    const high = Math.floor(value / TWO_32);
    this.at = this.buffer.writeInt32BE(8, this.at);
    this.at = this.buffer.writeInt32BE(high, this.at);
    this.at = this.buffer.writeUInt32BE(value - high * TWO_32, this.at);
  }

  /** Writes a timestamptz from ms since 1970. */
  timestamptz(ms: number): void {
    this.int8(Math.round((ms - PG_EPOCH_MS) * 1000));
  }

  bytea(bytes: Uint8Array): void {
    this.ensure(4 + bytes.length);
    this.at = this.buffer.writeInt32BE(bytes.length, this.at);
    this.buffer.set(bytes, this.at);
    this.at += bytes.length;
  }

  /** Returns the bytes to send as COPY data; valid until the next `reset` or field. */
  finishCopy(): Buffer {
    this.ensure(2);
    this.buffer.writeInt16BE(-1, this.at);
    return this.buffer.subarray(0, this.at + 2);
  }

  private ensure(bytes: number): void {
    if (this.at + bytes <= this.buffer.length) return;
    const grown = Buffer.allocUnsafe(Math.max(this.buffer.length * 2, this.at + bytes));
    this.buffer.copy(grown, 0, 0, this.at);
    this.buffer = grown;
  }
}
