const TWO_31 = 0x8000_0000;

/** Returns the number of bytes that `writeVarint` writes. */
export function sizeOfVarint(value: number): number {
  let size = 1;
  for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 128)) size++;
  return size;
}

/** Writes an integer from 0 to 2^53-1 in 1 to 8 bytes, seven bits per byte, lowest first; returns the index after it. */
export function writeVarint(into: Uint8Array, at: number, value: number): number {
  let rest = value;
  while (rest >= TWO_31) {
    into[at++] = (rest % 128) | 0x80;
    rest = Math.floor(rest / 128);
  }
  while (rest >= 0x80) {
    into[at++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  into[at++] = rest;
  return at;
}

/** Maps a signed integer to the unsigned one that its varint contains: 2v (v ≥ 0) or -2v-1 (v < 0). */
export function zigzagOf(value: number): number {
  return value >= 0 ? value * 2 : -value * 2 - 1;
}

/** Grows by doubling and is reused after `reset`, so that a hot loop allocates nothing. Little endian. */
export class ByteWriter {
  private bytes: Uint8Array;
  private length = 0;

  constructor(initialBytes = 256) {
    this.bytes = new Uint8Array(initialBytes);
  }

  get byteLength(): number {
    return this.length;
  }

  reset(): void {
    this.length = 0;
  }

  /** Ensures room for `more` bytes, so that the following writes need no check. */
  reserveBytes(more: number): void {
    const needed = this.length + more;
    if (needed <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, this.bytes.length * 2));
    grown.set(this.bytes.subarray(0, this.length));
    this.bytes = grown;
  }

  u8(value: number): void {
    this.reserveBytes(1);
    this.bytes[this.length++] = value;
  }

  u32(value: number): void {
    this.reserveBytes(4);
    this.bytes[this.length++] = value & 0xff;
    this.bytes[this.length++] = (value >>> 8) & 0xff;
    this.bytes[this.length++] = (value >>> 16) & 0xff;
    this.bytes[this.length++] = value >>> 24;
  }

  /** Writes an integer from 0 to 2^53-1 in 1 to 8 bytes, seven bits per byte, lowest first. */
  writeVarint(value: number): void {
    this.reserveBytes(8);
    this.length = writeVarint(this.bytes, this.length, value);
  }

  /** Writes a signed integer as the varint of `zigzagOf`. */
  writeZigzag(value: number): void {
    this.writeVarint(zigzagOf(value));
  }

  writeBytes(more: Uint8Array): void {
    this.reserveBytes(more.length);
    this.bytes.set(more, this.length);
    this.length += more.length;
  }

  /** Overwrites four bytes written before. */
  setU32(offset: number, value: number): void {
    new DataView(this.bytes.buffer).setUint32(offset, value, true);
  }

  /** Returns the bytes so far as a view, which the next write or reset may change. */
  viewBytes(): Uint8Array {
    return this.bytes.subarray(0, this.length);
  }

  /** Returns the bytes so far as a copy. */
  copyBytes(): Uint8Array {
    return this.bytes.slice(0, this.length);
  }
}
