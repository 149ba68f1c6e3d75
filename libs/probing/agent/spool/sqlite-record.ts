/** A value of a row. */
export type Value = number | string | Uint8Array | null;

/** Reads SQLite's numbers of variable length. */
export class Cursor {
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

/** Returns the values of a row. Format: https://www.sqlite.org/fileformat2.html, section 2.1. @throws RangeError if it is damaged */
export function readRecord(payload: Buffer): Value[] {
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
