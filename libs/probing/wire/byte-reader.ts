const TWO_28 = 0x1000_0000;

/**
 * Reads untrusted bytes without ever throwing: a read past the end, or a varint beyond 2^53-1, sets `failed` and returns 0.
 * Callers check `failed` once, after a loop whose length they have bounded. Little endian.
 */
export class ByteReader {
  failed = false;
  private at: number;

  constructor(
    private readonly bytes: Uint8Array,
    start = 0,
  ) {
    this.at = start;
  }

  get offset(): number {
    return this.at;
  }

  get remaining(): number {
    return this.bytes.length - this.at;
  }

  u8(): number {
    const value = this.bytes[this.at];
    if (value === undefined) return this.markFailed();
    this.at++;
    return value;
  }

  u32(): number {
    if (this.remaining < 4) return this.markFailed();
    const { bytes, at } = this;
    this.at += 4;
    return (bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24)) >>> 0;
  }

  readVarint(): number {
    const { bytes } = this;
    let value = 0;
    let shift = 0;
    for (; shift < 28; shift += 7) {
      const byte = bytes[this.at];
      if (byte === undefined) return this.markFailed();
      this.at++;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    for (let scale = TWO_28; shift < 56; shift += 7, scale *= 128) {
      const byte = bytes[this.at];
      if (byte === undefined) return this.markFailed();
      this.at++;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value <= Number.MAX_SAFE_INTEGER ? value : this.markFailed();
    }
    return this.markFailed();
  }

  readZigzag(): number {
    const value = this.readVarint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  /** Returns the next `length` bytes as a view. */
  readBytes(length: number): Uint8Array {
    if (length > this.remaining) {
      this.markFailed();
      return this.bytes.subarray(0, 0);
    }
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  private markFailed(): number {
    this.failed = true;
    return 0;
  }
}
