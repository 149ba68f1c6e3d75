import { readDetails, writeDetails } from './block-details';
import { ByteReader } from './byte-reader';
import { ByteWriter } from './byte-writer';
import { isOutcome, OUTCOME } from '@icmp-mon/probing/contract';
import { allocateColumns, BLOCK_RESULTS_MAX, type ResultColumns } from './result-columns';

/** Compresses bytes into one frame (zstd). */
export type Compress = (bytes: Uint8Array) => Uint8Array;
/** Returns the content of one frame of at most `maxBytes`; throws for anything else. */
export type Decompress = (bytes: Uint8Array, maxBytes: number) => Uint8Array;

/** An encoded body, as an agent spools it before lane and sequence are assigned. */
export interface EncodedBody {
  /** The columns, compressed unless `stored`. */
  bytes: Uint8Array;
  /** The columns are uncompressed, because compression would not have made them shorter. */
  stored: boolean;
  count: number;
  baseTimeMs: number;
  /** Length of the columns before compression. */
  rawLength: number;
}

const U32_MAX = 0xffff_ffff;
// Below about 30 results compression saves a few bytes at best, and a call costs more than encoding all of them.
const COMPRESS_RAW_LENGTH_MIN = 256;
const writer = new ByteWriter(64 * 1024);

/**
 * Encodes 1 to 20,000 results, sorted by time (equal times keep their order). The earliest time becomes the base time. Throws a RangeError
 * if the count is out of bounds or an outcome is unknown.
 *
 * Column by column, for rows in order of time:
 *
 *     target key   zigzag varint of the difference to the previous row
 *     time         varint of the difference to the previous row, ms
 *     check        runs: value, length
 *     outcome      runs: value, length
 *     rtt          varint, us, for replies only
 *     details      only if any row has one: number, then for each the distance to the row before, kind, values
 *
 * Bodies of 256 bytes and more are compressed, if that makes them shorter.
 */
export function encodeBody(columns: ResultColumns, compress: Compress): EncodedBody {
  const { count } = columns;
  if (count < 1 || count > BLOCK_RESULTS_MAX) {
    throw new RangeError(`a block holds 1 to ${BLOCK_RESULTS_MAX} results, not ${count}`);
  }
  const order = orderByTime(columns);
  const firstOffsetMs = columns.timeOffsetMs[order[0]];
  writer.reset();
  writeDeltas(columns.targetKey, order, count);
  writeTimes(columns.timeOffsetMs, order, count, firstOffsetMs);
  writeRuns(columns.check, order, count);
  writeRuns(columns.outcome, order, count);
  writeRtts(columns, order);
  writeDetails(writer, columns, order);
  const raw = writer.viewBytes();
  const compressed = raw.length < COMPRESS_RAW_LENGTH_MIN ? raw : compress(raw);
  const stored = compressed.length >= raw.length;
  return {
    bytes: stored ? writer.copyBytes() : compressed,
    stored,
    count,
    baseTimeMs: columns.baseTimeMs + firstOffsetMs,
    rawLength: raw.length,
  };
}

function orderByTime({ count, timeOffsetMs }: ResultColumns): Uint16Array {
  const order = new Uint16Array(count);
  let sorted = true;
  for (let at = 0; at < count; at++) {
    order[at] = at;
    if (at > 0 && timeOffsetMs[at] < timeOffsetMs[at - 1]) sorted = false;
  }
  if (sorted) return order;
  // Time and index in one number: a native numeric sort, stable by construction, exact below 2^53.
  const keys = new Float64Array(count);
  for (let at = 0; at < count; at++) keys[at] = timeOffsetMs[at] * 0x8000 + at;
  keys.sort();
  for (let at = 0; at < count; at++) order[at] = keys[at] % 0x8000;
  return order;
}

function writeDeltas(values: Uint32Array, order: Uint16Array, count: number): void {
  let previous = 0;
  for (let at = 0; at < count; at++) {
    const value = values[order[at]];
    writer.writeZigzag(value - previous);
    previous = value;
  }
}

function writeTimes(values: Uint32Array, order: Uint16Array, count: number, first: number): void {
  let previous = first;
  for (let at = 0; at < count; at++) {
    const value = values[order[at]];
    writer.writeVarint(value - previous);
    previous = value;
  }
}

function writeRuns(values: Uint16Array | Uint8Array, order: Uint16Array, count: number): void {
  for (let at = 0; at < count;) {
    const value = values[order[at]];
    let end = at + 1;
    while (end < count && values[order[end]] === value) end++;
    writer.writeVarint(value);
    writer.writeVarint(end - at);
    at = end;
  }
}

function writeRtts({ count, outcome, rttUs }: ResultColumns, order: Uint16Array): void {
  for (let at = 0; at < count; at++) {
    const row = order[at];
    const code = outcome[row];
    if (!isOutcome(code)) throw new RangeError(`unknown outcome code ${code} in row ${row}`);
    if (code === OUTCOME.reply) writer.writeVarint(rttUs[row]);
  }
}

/**
 * Decodes an uncompressed body; the caller has checked that `count` is within bounds. Reuses `into` if it is large enough.
 * Returns a description of the error if the bytes are not exactly such a body.
 */
export function decodeColumns(
  raw: Uint8Array,
  count: number,
  baseTimeMs: number,
  into?: ResultColumns,
): ResultColumns | string {
  const columns = into !== undefined && into.targetKey.length >= count ? into : allocateColumns(count);
  const reader = new ByteReader(raw);
  columns.count = count;
  columns.baseTimeMs = baseTimeMs;
  const wrong =
    readDeltas(reader, columns.targetKey, count) ??
    readTimes(reader, columns.timeOffsetMs, count) ??
    readRuns(reader, columns.check, count, 0xffff, 'check') ??
    readRuns(reader, columns.outcome, count, 0xff, 'outcome') ??
    readRtts(reader, columns) ??
    readDetails(reader, columns);
  if (wrong !== undefined) return wrong;
  return reader.remaining > 0 ? `${reader.remaining} bytes after the last column` : columns;
}

function readDeltas(reader: ByteReader, values: Uint32Array, count: number): string | undefined {
  let value = 0;
  for (let at = 0; at < count; at++) {
    value += reader.readZigzag();
    if (value < 0 || value > U32_MAX) return `target key ${value} in row ${at}`;
    values[at] = value;
  }
  return reader.failed ? 'target keys are truncated' : undefined;
}

function readTimes(reader: ByteReader, values: Uint32Array, count: number): string | undefined {
  let value = 0;
  for (let at = 0; at < count; at++) {
    value += reader.readVarint();
    if (value > U32_MAX) return `time offset ${value} ms in row ${at}`;
    values[at] = value;
  }
  return reader.failed ? 'times are truncated' : undefined;
}

function readRuns(
  reader: ByteReader,
  values: Uint16Array | Uint8Array,
  count: number,
  valueMax: number,
  what: string,
): string | undefined {
  for (let at = 0; at < count;) {
    const value = reader.readVarint();
    const length = reader.readVarint();
    if (reader.failed) return `${what} runs are truncated`;
    if (value > valueMax) return `${what} ${value} in row ${at}`;
    if (length < 1 || length > count - at) return `${what} run of ${length} in row ${at} of ${count}`;
    values.fill(value, at, at + length);
    at += length;
  }
  return undefined;
}

function readRtts(reader: ByteReader, { count, outcome, rttUs }: ResultColumns): string | undefined {
  for (let at = 0; at < count; at++) {
    const code = outcome[at];
    if (!isOutcome(code)) return `outcome code ${code} in row ${at}`;
    const value = code === OUTCOME.reply ? reader.readVarint() : 0;
    if (value > U32_MAX) return `rtt of ${value} us in row ${at}`;
    rttUs[at] = value;
  }
  return reader.failed ? 'rtts are truncated' : undefined;
}
