import { crc32 } from 'node:zlib';
import { decodeColumns, type Decompress, type EncodedBody } from './block-body';
import { ByteReader } from './byte-reader';
import { ByteWriter } from './byte-writer';
import { BLOCK_RESULTS_MAX, type ResultColumns } from './result-columns';
import { uuidFromBytes, uuidToBytes } from './uuid';

export const BLOCK_VERSION = 1;
export const BLOCK_BODY_BYTES_MAX = 512 * 1024;
export const BLOCK_RAW_BYTES_MAX = 1024 * 1024;
/** Longest header: 25 fixed bytes and eight varints of at most 8 bytes. */
export const BLOCK_HEADER_BYTES_MAX = 25 + 8 * 8;
export const BLOCK_BYTES_MAX = BLOCK_HEADER_BYTES_MAX + BLOCK_BODY_BYTES_MAX;

/** Results on the live lane are judged immediately; those on backfill (older than two intervals when shipped) never affect live state. */
export const LANE = { live: 0, backfill: 1 } as const;
export type Lane = (typeof LANE)[keyof typeof LANE];

/** Header fields that the agent sets when it ships a block. (agentId, boot, lane, shard, sequence) identifies the block. */
export interface BlockAddress {
  agentId: string;
  /** Persistent counter that the agent increases at each start; u32. */
  boot: number;
  lane: Lane;
  shard: number;
  /** 0 to 2^53-1, increasing by one for each block of (agent, boot, lane). */
  sequence: number;
  /** Version of the policies under which the results were measured; 0 to 2^53-1. */
  policyVersion: number;
}

export interface BlockHeader extends BlockAddress {
  baseTimeMs: number;
  count: number;
  bodyLength: number;
  rawLength: number;
  stored: boolean;
}

export type BlockRefusal =
  | 'empty'
  | 'too_short'
  | 'bad_magic'
  | 'foreign_version'
  | 'bad_flags'
  | 'bad_lane'
  | 'bad_agent'
  | 'bad_header'
  | 'too_large'
  | 'bad_length'
  | 'trailing_bytes'
  | 'bad_crc'
  | 'decompress_failed'
  | 'bad_columns';

export interface Refused {
  ok: false;
  reason: BlockRefusal;
  /** The faulty figure, for logs. */
  detail: string;
}

export interface InspectedBlock {
  ok: true;
  header: BlockHeader;
  byteLength: number;
  /** View of the body within the given bytes. */
  body: Uint8Array;
}

export interface DecodedBlock {
  ok: true;
  header: BlockHeader;
  columns: ResultColumns;
  byteLength: number;
}

export interface BlockLimits {
  countMax: number;
  bodyLengthMax: number;
  rawLengthMax: number;
}

export const BLOCK_LIMITS: BlockLimits = {
  countMax: BLOCK_RESULTS_MAX,
  bodyLengthMax: BLOCK_BODY_BYTES_MAX,
  rawLengthMax: BLOCK_RAW_BYTES_MAX,
};

const MAGIC = [0x49, 0x4d, 0x42] as const; // "IMB"
const CRC_AT = 4;
const CRC_FROM = 8;
const FIXED_BYTES = 25;
const LANE_MASK = 0b0000_0011;
const STORED_BIT = 0b0000_0100;
const KNOWN_FLAGS = LANE_MASK | STORED_BIT;
// Shortest result in columns: one byte of target key and one of time. Bounds the count by the bytes that are really present.
const RESULT_RAW_BYTES_MIN = 2;
/**
 * Longest result in columns: 3 × 5 bytes for target key, time and round trip, and runs of one for check (4) and outcome (3). Columns that
 * claim to be longer contain something else, and are refused before they are decompressed.
 */
const RESULT_RAW_BYTES_MAX = 22;

const writer = new ByteWriter(4096);

/**
 * Returns a block, ready to ship. Throws a RangeError if a field of the address is out of bounds (see `BlockAddress`).
 *
 *     0      3   4        8    9          25
 *     "IMB"  ver CRC-32   flag agent id   8 varints: shard, boot, sequence, policy version, base time, count, raw length, body length   body
 *                └─ covers everything from byte 8 to the end
 *
 * Invariants: the header alone identifies a block and bounds its size, so repeats and oversized blocks are refused without decompression;
 * no byte follows the body; a block never changes on its way from the spool to the shard's log.
 */
export function frameBlock(address: BlockAddress, body: EncodedBody): Uint8Array {
  requireInteger('boot', address.boot, 0xffff_ffff);
  requireInteger('shard', address.shard, 0xffff);
  requireInteger('lane', address.lane, LANE.backfill);
  requireInteger('sequence', address.sequence, Number.MAX_SAFE_INTEGER);
  requireInteger('policyVersion', address.policyVersion, Number.MAX_SAFE_INTEGER);
  requireInteger('baseTimeMs', body.baseTimeMs, Number.MAX_SAFE_INTEGER);
  writer.reset();
  for (const byte of MAGIC) writer.u8(byte);
  writer.u8(BLOCK_VERSION);
  writer.u32(0);
  writer.u8(address.lane | (body.stored ? STORED_BIT : 0));
  writer.writeBytes(uuidToBytes(address.agentId));
  writer.writeVarint(address.shard);
  writer.writeVarint(address.boot);
  writer.writeVarint(address.sequence);
  writer.writeVarint(address.policyVersion);
  writer.writeVarint(body.baseTimeMs);
  writer.writeVarint(body.count);
  writer.writeVarint(body.rawLength);
  writer.writeVarint(body.bytes.length);
  writer.writeBytes(body.bytes);
  writer.setU32(CRC_AT, crc32(writer.viewBytes().subarray(CRC_FROM)));
  return writer.copyBytes();
}

function requireInteger(name: string, value: number, max: number): void {
  if (!Number.isSafeInteger(value) || value < 0 || value > max) {
    throw new RangeError(`${name} ${value} is not an integer from 0 to ${max}`);
  }
}

/** Checks header, bounds and CRC of exactly one block without decompressing it. Never throws on invalid bytes. */
export function inspectBlock(bytes: Uint8Array, limits: BlockLimits = BLOCK_LIMITS): InspectedBlock | Refused {
  if (bytes.length === 0) return refuse('empty', 'no bytes');
  const foreign = checkPrefix(bytes);
  if (foreign !== undefined) return foreign;
  const reader = new ByteReader(bytes, FIXED_BYTES);
  const flags = bytes[CRC_FROM];
  const header: BlockHeader = {
    agentId: uuidFromBytes(bytes.subarray(CRC_FROM + 1, FIXED_BYTES)),
    lane: (flags & LANE_MASK) === LANE.backfill ? LANE.backfill : LANE.live,
    shard: reader.readVarint(),
    boot: reader.readVarint(),
    sequence: reader.readVarint(),
    policyVersion: reader.readVarint(),
    baseTimeMs: reader.readVarint(),
    count: reader.readVarint(),
    rawLength: reader.readVarint(),
    bodyLength: reader.readVarint(),
    stored: (flags & STORED_BIT) !== 0,
  };
  if (reader.failed) return refuse('too_short', `the header is truncated at ${bytes.length} bytes`);
  const wrong = checkHeader(header, flags, limits) ?? checkLength(header, reader.remaining);
  if (wrong !== undefined) return wrong;
  const said = new ByteReader(bytes, CRC_AT).u32();
  const found = crc32(bytes.subarray(CRC_FROM));
  if (said !== found) return refuse('bad_crc', `the CRC is ${found}, the block states ${said}`);
  return { ok: true, header, byteLength: bytes.length, body: reader.readBytes(header.bodyLength) };
}

function checkPrefix(bytes: Uint8Array): Refused | undefined {
  for (let at = 0; at < MAGIC.length && at < bytes.length; at++) {
    if (bytes[at] !== MAGIC[at]) return refuse('bad_magic', 'the bytes do not begin with "IMB"');
  }
  const version = bytes[MAGIC.length];
  if (version !== undefined && version !== BLOCK_VERSION) {
    return refuse('foreign_version', `version ${version}, this reads ${BLOCK_VERSION}`);
  }
  if (bytes.length < FIXED_BYTES)
    return refuse('too_short', `${bytes.length} bytes, a header has at least ${FIXED_BYTES}`);
  return undefined;
}

function checkHeader(header: BlockHeader, flags: number, limits: BlockLimits): Refused | undefined {
  if ((flags & ~KNOWN_FLAGS) !== 0) return refuse('bad_flags', `flags ${flags}`);
  if ((flags & LANE_MASK) > LANE.backfill) return refuse('bad_lane', `lane ${flags & LANE_MASK}`);
  if (header.agentId === '00000000-0000-0000-0000-000000000000') return refuse('bad_agent', 'the nil agent id');
  if (header.shard > 0xffff) return refuse('bad_header', `shard ${header.shard}`);
  if (header.boot > 0xffff_ffff) return refuse('bad_header', `boot ${header.boot}`);
  if (header.count === 0) return refuse('empty', 'a block without results');
  if (header.count > limits.countMax) return refuse('too_large', `${header.count} results, at most ${limits.countMax}`);
  if (header.bodyLength > limits.bodyLengthMax) {
    return refuse('too_large', `a body of ${header.bodyLength} bytes, at most ${limits.bodyLengthMax}`);
  }
  if (header.rawLength > limits.rawLengthMax) {
    return refuse('too_large', `columns of ${header.rawLength} bytes, at most ${limits.rawLengthMax}`);
  }
  return undefined;
}

function checkLength(header: BlockHeader, remaining: number): Refused | undefined {
  const { count, rawLength, bodyLength, stored } = header;
  if (rawLength < count * RESULT_RAW_BYTES_MIN) {
    return refuse('bad_length', `${count} results do not fit columns of ${rawLength} bytes`);
  }
  if (rawLength > count * RESULT_RAW_BYTES_MAX) {
    return refuse('bad_length', `columns of ${rawLength} bytes for ${count} results`);
  }
  if (stored ? bodyLength !== rawLength : bodyLength >= rawLength) {
    return refuse('bad_length', `a body of ${bodyLength} bytes for columns of ${rawLength}`);
  }
  if (remaining < bodyLength) return refuse('too_short', `${remaining} bytes of a body of ${bodyLength}`);
  if (remaining > bodyLength) return refuse('trailing_bytes', `${remaining - bodyLength} bytes after the body`);
  return undefined;
}

/**
 * Decodes exactly one block; the results are sorted by time. Never throws on invalid bytes, and allocates nothing by an unchecked length.
 * Fills and returns `into` (see `allocateColumns`) if it is large enough, so that a loop over blocks allocates no columns.
 */
export function decodeBlock(
  bytes: Uint8Array,
  decompress: Decompress,
  limits: BlockLimits = BLOCK_LIMITS,
  into?: ResultColumns,
): DecodedBlock | Refused {
  const inspected = inspectBlock(bytes, limits);
  return inspected.ok ? decodeInspected(inspected, decompress, into) : inspected;
}

/** Second half of `decodeBlock`, for callers that inspect the header first: all work that grows with the number of results. */
export function decodeInspected(
  { header, byteLength, body }: InspectedBlock,
  decompress: Decompress,
  into?: ResultColumns,
): DecodedBlock | Refused {
  let raw = body;
  if (!header.stored) {
    try {
      raw = decompress(body, header.rawLength);
    } catch (error) {
      return refuse('decompress_failed', error instanceof Error ? error.message : String(error));
    }
  }
  if (raw.length !== header.rawLength) {
    return refuse('decompress_failed', `${raw.length} bytes of columns, the header states ${header.rawLength}`);
  }
  const columns = decodeColumns(raw, header.count, header.baseTimeMs, into);
  if (typeof columns === 'string') return refuse('bad_columns', columns);
  return { ok: true, header, columns, byteLength };
}

function refuse(reason: BlockRefusal, detail: string): Refused {
  return { ok: false, reason, detail };
}
