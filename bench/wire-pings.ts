import { readFileSync } from 'node:fs';

/** Format of a record: `infra/lab/capture-echoes.py`. */
const RECORD_BYTES = 44;
const NANOSECONDS_AT = 8;
const FROM_AT = 28;
const TO_AT = 32;
const TYPE_AT = 36;
const ID_AND_SEQUENCE_AT = 40;
const ECHO_REQUEST = 8;

/** The pings that left an agent's device, by the clock of the kernel, in the order in which they left. */
export interface WirePings {
  count: number;
  /** Destination, as a 32-bit number. */
  address: Uint32Array;
  /** Times in ms since 1970; `repliedAtMs` is Infinity without a reply. */
  sentAtMs: Float64Array;
  repliedAtMs: Float64Array;
}

/** Reads a capture, and joins each reply to its request by address, id and sequence number. */
export function readWirePings(file: string): WirePings {
  const bytes = readFileSync(file);
  const records = Math.floor(bytes.length / RECORD_BYTES);
  const pings: WirePings = {
    count: 0,
    address: new Uint32Array(records),
    sentAtMs: new Float64Array(records),
    repliedAtMs: new Float64Array(records).fill(Infinity),
  };
  const number = new Uint32Array(records);
  const last = new Map<number, number>();
  for (let at = 0; at < records * RECORD_BYTES; at += RECORD_BYTES) {
    const atMs = Number(bytes.readBigInt64LE(at)) * 1_000 + Number(bytes.readBigInt64LE(at + NANOSECONDS_AT)) / 1e6;
    const isRequest = bytes[at + TYPE_AT] === ECHO_REQUEST;
    const idAndSequence = bytes.readUInt32BE(at + ID_AND_SEQUENCE_AT);
    const address = bytes.readUInt32BE(at + (isRequest ? TO_AT : FROM_AT));
    if (isRequest) {
      pings.address[pings.count] = address;
      pings.sentAtMs[pings.count] = atMs;
      number[pings.count] = idAndSequence;
      last.set(address, pings.count++);
      continue;
    }
    const request = last.get(address);
    if (request !== undefined && number[request] === idAndSequence && pings.repliedAtMs[request] === Infinity)
      pings.repliedAtMs[request] = atMs;
  }
  return pings;
}

/** Returns the most pings that left within any time span of this length. */
export function mostWithin({ count, sentAtMs }: WirePings, spanMs: number): number {
  let most = 0;
  let first = 0;
  for (let at = 0; at < count; at++) {
    while (sentAtMs[at] - sentAtMs[first] >= spanMs) first++;
    most = Math.max(most, at - first + 1);
  }
  return most;
}

/** Returns an IPv4 address as a 32-bit number. */
export function addressNumber(ip: string): number {
  return ip.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}
