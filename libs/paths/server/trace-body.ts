import { type Trace, TRACE_LIMITS, TRACE_REPORT_LIMITS, type TraceProbe } from '@icmp-mon/paths/contract';
import { compress, decompressBounded } from '@icmp-mon/platform/zstd';
import { ByteReader, ByteWriter } from '@icmp-mon/probing/wire';

/** A trace with the names of its addresses, as stored in `trace.body`. */
export interface TraceContent {
  trace: Trace;
  names: Readonly<Record<string, string>>;
}

const VERSION = 1;
const IPV4_PARTS = 4;
/** Codes of probes; a higher one is the index of the address that answered, plus this offset. */
const NOTHING = 0;
const LOST = 1;
const WAITING = 2;
const ANSWERED = 3;
const BODY_BYTES_MAX = 2 * TRACE_REPORT_LIMITS.bytes;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * Returns the content as bytes, a zstd frame of:
 *
 *     version · startedAtMs · target · addresses · lengths of rounds · codes of probes · round trips · names
 *
 * Codes and round trips are ordered by hop, because the rounds differ little at a hop: its answers have the same code, and each round trip is
 * stored as the difference from the one before.
 */
export function encodeTrace({ trace, names }: TraceContent): Uint8Array {
  const { target, startedAtMs, addresses, rounds } = trace;
  const writer = new ByteWriter(1_024);
  writer.u8(VERSION);
  writer.writeVarint(startedAtMs);
  writeAddress(writer, target);
  writer.writeVarint(addresses.length);
  for (const address of addresses) writeAddress(writer, address);
  writer.writeVarint(rounds.length);
  for (const round of rounds) writer.writeVarint(round.length);
  const lengths = rounds.map(({ length }) => length);
  forEachProbe(lengths, (round, hop) => writer.writeVarint(codeOf(rounds[round][hop])));
  let before = 0;
  forEachProbe(lengths, (round, hop) => {
    const probe = rounds[round][hop];
    if (!isAnswer(probe)) return;
    writer.writeZigzag(probe[1] - before);
    before = probe[1];
  });
  const named = [...addresses, target].flatMap((address, at) =>
    Object.hasOwn(names, address) && (at < addresses.length || !addresses.includes(target)) ? [at] : [],
  );
  writer.writeVarint(named.length);
  for (const at of named) {
    writer.writeVarint(at);
    writeText(writer, names[addresses[at] ?? target]);
  }
  return compress(writer.viewBytes());
}

/** @throws RangeError for bytes that `encodeTrace` did not make; ZstdError */
export function decodeTrace(body: Uint8Array): TraceContent {
  const reader = new ByteReader(decompressBounded(body, BODY_BYTES_MAX));
  const version = reader.u8();
  if (version !== VERSION) throw new RangeError(`A stored trace has format ${version}; this release reads ${VERSION}.`);
  const startedAtMs = reader.readVarint();
  const target = readAddress(reader);
  const addresses = listOf(countIn(reader, TRACE_LIMITS.rounds * TRACE_LIMITS.hops), () => readAddress(reader));
  const lengths = listOf(countIn(reader, TRACE_LIMITS.rounds), () => countIn(reader, TRACE_LIMITS.hops));
  const codes: number[] = [];
  forEachProbe(lengths, () => codes.push(reader.readVarint()));
  const rounds: TraceProbe[][] = lengths.map(() => []);
  let at = 0;
  let rttUs = 0;
  forEachProbe(lengths, (round, hop) => {
    const code = codes[at++];
    if (code >= ANSWERED) rttUs += reader.readZigzag();
    rounds[round][hop] = probeOf(code, rttUs);
  });
  const named = listOf(countIn(reader, addresses.length + 1), () => [reader.readVarint(), readText(reader)] as const);
  if (reader.failed) throw new RangeError('A stored trace is damaged.');
  const names = Object.fromEntries(named.map(([at, name]) => [addresses[at] ?? target, name]));
  return { trace: { target, startedAtMs, addresses, rounds }, names };
}

function codeOf(probe: TraceProbe): number {
  if (probe === null) return NOTHING;
  if (probe === 'lost') return LOST;
  return probe === 'waiting' ? WAITING : probe[0] + ANSWERED;
}

function probeOf(code: number, rttUs: number): TraceProbe {
  if (code === NOTHING) return null;
  if (code === LOST) return 'lost';
  return code === WAITING ? 'waiting' : [code - ANSWERED, rttUs];
}

const isAnswer = (probe: TraceProbe): probe is readonly [number, number] => Array.isArray(probe);

/** Calls `work` for each probe, hop by hop. */
function forEachProbe(lengths: readonly number[], work: (round: number, hop: number) => void): void {
  const hops = Math.max(0, ...lengths);
  for (let hop = 0; hop < hops; hop++) {
    for (let round = 0; round < lengths.length; round++) if (hop < lengths[round]) work(round, hop);
  }
}

/** An IPv4 address is 0 and its four bytes; another address is its length and its text. */
function writeAddress(writer: ByteWriter, address: string): void {
  if (address.includes(':')) return writeText(writer, address);
  writer.u8(0);
  for (const part of address.split('.')) writer.u8(Number(part));
}

function readAddress(reader: ByteReader): string {
  const length = reader.readVarint();
  if (length > 0) return decoder.decode(reader.readBytes(length));
  return listOf(IPV4_PARTS, () => reader.u8()).join('.');
}

function writeText(writer: ByteWriter, text: string): void {
  const bytes = encoder.encode(text);
  writer.writeVarint(bytes.length);
  writer.writeBytes(bytes);
}

function readText(reader: ByteReader): string {
  return decoder.decode(reader.readBytes(reader.readVarint()));
}

function countIn(reader: ByteReader, max: number): number {
  const count = reader.readVarint();
  if (count > max) throw new RangeError('A stored trace is damaged.');
  return count;
}

function listOf<T>(length: number, read: () => T): T[] {
  return Array.from({ length }, read);
}
