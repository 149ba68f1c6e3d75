import { randomFillSync } from 'node:crypto';

const COUNTER_MAX = 0xfff;
/** Random bytes per id: one for the start value of its counter, and the last eight of its sixteen bytes. */
const RANDOM_BYTES = 9;
/** Random bytes are fetched for this many ids at a time, because each system call costs as much as the rest of an id. */
const IDS_PER_FILL = 128;

let lastMs = 0;
let counter = 0;
const random = Buffer.alloc(RANDOM_BYTES * IDS_PER_FILL);
let randomUsed = random.length;

/** Returns a UUIDv7 (RFC 9562 §5.7): 48 bits of Unix milliseconds, then a counter, so that the ids of one process sort by age. */
export function newId(nowMs: number = Date.now()): string {
  if (randomUsed === random.length) {
    randomFillSync(random);
    randomUsed = 0;
  }
  if (nowMs > lastMs) {
    lastMs = nowMs;
    counter = random.readUInt8(randomUsed);
  } else if (counter < COUNTER_MAX) {
    counter += 1;
  } else {
    // The counter is exhausted: use the next millisecond to keep the order.
    lastMs += 1;
    counter = 0;
  }
  const bytes = Buffer.allocUnsafe(16);
  bytes.writeUIntBE(lastMs, 0, 6);
  bytes.writeUInt16BE(0x7000 | counter, 6);
  random.copy(bytes, 8, randomUsed + 1, randomUsed + RANDOM_BYTES);
  randomUsed += RANDOM_BYTES;
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
