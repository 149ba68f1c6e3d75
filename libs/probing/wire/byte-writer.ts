const TWO_31 = 0x8000_0000;

/** How many bytes `writeVarint` writes. */
export function sizeOfVarint(value: number): number {
  let size = 1;
  for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 128)) size++;
  return size;
}

/** Writes an integer of 0 to 2^53-1, seven bits a byte, lowest first, in 1 to 8 bytes; returns where it ends. */
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

/** What the varint of a signed integer holds: 2v (v ≥ 0) or -2v-1 (v < 0). */
export function zigzagOf(value: number): number {
  return value >= 0 ? value * 2 : -value * 2 - 1;
}

/** Grows by doubling and is reused between messages (`reset`), so that a hot loop allocates nothing. Little endian. */
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

  /** Makes room for `more` further bytes, so that the writes that follow need no check of their own. */
  reserve(more: number): void {
    const needed = this.length + more;
    if (needed <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, this.bytes.length * 2));
    grown.set(this.bytes.subarray(0, this.length));
    this.bytes = grown;
  }

  u8(value: number): void {
    this.reserve(1);
    this.bytes[this.length++] = value;
  }

  u32(value: number): void {
    this.reserve(4);
    this.bytes[this.length++] = value & 0xff;
    this.bytes[this.length++] = (value >>> 8) & 0xff;
    this.bytes[this.length++] = (value >>> 16) & 0xff;
    this.bytes[this.length++] = value >>> 24;
  }

  /** An integer of 0 to 2^53-1, seven bits a byte, lowest first: 1 to 8 bytes. */
  varint(value: number): void {
    this.reserve(8);
    this.length = writeVarint(this.bytes, this.length, value);
  }

  /** A signed integer, as the varint of `zigzagOf`. */
  zigzag(value: number): void {
    this.varint(zigzagOf(value));
  }

  append(more: Uint8Array): void {
    this.reserve(more.length);
    this.bytes.set(more, this.length);
    this.length += more.length;
  }

  /** Overwrites four bytes written before. */
  setU32(offset: number, value: number): void {
    new DataView(this.bytes.buffer).setUint32(offset, value, true);
  }

  /** The bytes so far, as a view that the next write or reset may change. */
  view(): Uint8Array {
    return this.bytes.subarray(0, this.length);
  }

  /** The bytes so far, as a copy. */
  copy(): Uint8Array {
    return this.bytes.slice(0, this.length);
  }
}
