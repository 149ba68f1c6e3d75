const TABLE = buildTable();

interface Runtime {
  process?: { getBuiltinModule?(id: string): { crc32?(bytes: Uint8Array): number } | undefined };
}

/** The runtime's own, some ten times as fast, where there is one: Node has it, a browser has not. */
const native = (globalThis as unknown as Runtime).process?.getBuiltinModule?.('node:zlib')?.crc32;

function buildTable(): Uint32Array {
  const table = new Uint32Array(256);
  for (let index = 0; index < 256; index++) {
    let value = index;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? 0xedb8_8320 ^ (value >>> 1) : value >>> 1;
    table[index] = value;
  }
  return table;
}

/** CRC-32 as in IEEE 802.3 and zlib (reflected, polynomial 0xEDB88320), of bytes `start` to the end; unsigned. */
export function crc32(bytes: Uint8Array, start = 0): number {
  return native ? native(bytes.subarray(start)) : crc32ByTable(bytes, start);
}

/** The same without the runtime's help. */
export function crc32ByTable(bytes: Uint8Array, start = 0): number {
  let crc = 0xffff_ffff;
  for (let at = start; at < bytes.length; at++) {
    crc = TABLE[(crc ^ bytes[at]) & 0xff] ^ (crc >>> 8);
  }
  return (crc ^ 0xffff_ffff) >>> 0;
}
