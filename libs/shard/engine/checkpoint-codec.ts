/** Plain values and columns of numbers. The order of entries is part of the state's canonical form. */
export interface CheckpointPart {
  head: unknown;
  columns: Record<string, Float64Array | Uint32Array | Uint16Array | Uint8Array | Int32Array>;
}

export class CheckpointUnreadable extends Error {
  constructor(detail: string, options?: ErrorOptions) {
    super(
      `The shard's checkpoint cannot be read: ${detail}. Do without it: npm run icmpmon -- shards adopt --shard <number> --fresh`,
      options,
    );
    this.name = 'CheckpointUnreadable';
  }
}

const KINDS = { Float64Array, Uint32Array, Uint16Array, Uint8Array, Int32Array } as const;
type Kind = keyof typeof KINDS;

interface ColumnEntry {
  name: string;
  kind: Kind;
  length: number;
}

const CHECKPOINT_VERSION = 2;

/** Encodes parts by participant as bytes: u32 length of a JSON directory, the directory, then the columns, each 8-byte aligned. */
export function encodeCheckpoint(parts: Record<string, CheckpointPart>): Uint8Array {
  const directory: { version: number; parts: { name: string; head: unknown; columns: ColumnEntry[] }[] } = {
    version: CHECKPOINT_VERSION,
    parts: [],
  };
  const chunks: Uint8Array[] = [];
  for (const [name, part] of Object.entries(parts)) {
    const columns: ColumnEntry[] = [];
    for (const [column, values] of Object.entries(part.columns)) {
      columns.push({ name: column, kind: values.constructor.name as Kind, length: values.length });
      chunks.push(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    }
    directory.parts.push({ name, head: part.head, columns });
  }
  const json = new TextEncoder().encode(JSON.stringify(directory));
  const total = chunks.reduce((sum, chunk) => sum + align(chunk.length), align(4 + json.length));
  const bytes = new Uint8Array(total);
  new DataView(bytes.buffer).setUint32(0, json.length, true);
  bytes.set(json, 4);
  let at = align(4 + json.length);
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += align(chunk.length);
  }
  return bytes;
}

/** Decodes what `encodeCheckpoint` returned. Throws `CheckpointUnreadable`, or an error of `JSON.parse`, for anything else. */
export function decodeCheckpoint(bytes: Uint8Array): Record<string, CheckpointPart> {
  if (bytes.length < 4) throw new CheckpointUnreadable(`it has only ${bytes.length} bytes`);
  const jsonLength = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(0, true);
  if (4 + jsonLength > bytes.length) throw new CheckpointUnreadable('the directory is truncated');
  const directory = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + jsonLength))) as {
    version: number;
    parts: { name: string; head: unknown; columns: ColumnEntry[] }[];
  };
  if (directory.version !== CHECKPOINT_VERSION)
    throw new CheckpointUnreadable(`it has version ${directory.version}, this release reads ${CHECKPOINT_VERSION}`);
  let at = align(4 + jsonLength);
  const parts: Record<string, CheckpointPart> = {};
  for (const { name, head, columns } of directory.parts) {
    const part: CheckpointPart = { head, columns: {} };
    for (const column of columns) {
      const constructor = KINDS[column.kind];
      if (!constructor) throw new CheckpointUnreadable(`unknown column type ${String(column.kind)}`);
      const byteLength = column.length * constructor.BYTES_PER_ELEMENT;
      if (at + byteLength > bytes.length) throw new CheckpointUnreadable(`column ${column.name} is truncated`);
      // Not bytes.slice(): on a Buffer it shares the memory, at an offset that may not be aligned for the column.
      const copy = Uint8Array.from(bytes.subarray(at, at + byteLength));
      part.columns[column.name] = new constructor(copy.buffer, 0, column.length);
      at += align(byteLength);
    }
    parts[name] = part;
  }
  return parts;
}

function align(length: number): number {
  return (length + 7) & ~7;
}
