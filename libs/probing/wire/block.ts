import { crc32 } from 'node:zlib';
import { decodeColumns, type Decompress, type EncodedBody } from './block-body';
import { ByteReader } from './byte-reader';
import { ByteWriter } from './byte-writer';
import { BLOCK_RESULTS_MAX, type ResultColumns } from './result-columns';
import { uuidFromBytes, uuidToBytes } from './uuid';

export const BLOCK_VERSION = 1;
export const BLOCK_BODY_BYTES_MAX = 512 * 1024;
export const BLOCK_RAW_BYTES_MAX = 1024 * 1024;
/** The longest header: 25 fixed bytes and eight varints of at most 8 bytes. */
export const BLOCK_HEADER_BYTES_MAX = 25 + 8 * 8;
export const BLOCK_BYTES_MAX = BLOCK_HEADER_BYTES_MAX + BLOCK_BODY_BYTES_MAX;

/** Live results are judged at once; backfill (older than two intervals when shipped) never touches live state. */
export const LANE = { live: 0, backfill: 1 } as const;
export type Lane = (typeof LANE)[keyof typeof LANE];

/** What the agent says of a block when it ships it. (agentId, boot, lane, shard, sequence) is the block's identity. */
export interface BlockAddress {
  agentId: string;
  /** A counter that the agent persists and raises at each start; u32. */
  boot: number;
  lane: Lane;
  shard: number;
  /** 0 to 2^53-1, rising by one for each block of (agent, boot, lane). */
  sequence: number;
  /** The version of policies that the results were measured under; 0 to 2^53-1. */
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
  /** For people and logs: which figure was wrong. */
  detail: string;
}

export interface InspectedBlock {
  ok: true;
  header: BlockHeader;
  byteLength: number;
  /** The body within the bytes given, as a view. */
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
// A result is at least one byte of target key and one of time, so a count is bounded by the bytes that really came.
const RESULT_RAW_BYTES_MIN = 2;
/**
 * And at most 5 each of target key, time and round trip, and runs of one for check (4) and outcome (3): columns that claim to be longer hold
 * something else, and would be decompressed for nothing.
 */
const RESULT_RAW_BYTES_MAX = 22;

const writer = new ByteWriter(4096);

/** A block ready to ship. Throws a RangeError if the address is out of its bounds (see `BlockAddress`). */
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
  writer.append(uuidToBytes(address.agentId));
  writer.varint(address.shard);
  writer.varint(address.boot);
  writer.varint(address.sequence);
  writer.varint(address.policyVersion);
  writer.varint(body.baseTimeMs);
  writer.varint(body.count);
  writer.varint(body.rawLength);
  writer.varint(body.bytes.length);
  writer.append(body.bytes);
  writer.setU32(CRC_AT, crc32(writer.view().subarray(CRC_FROM)));
  return writer.copy();
}

function requireInteger(name: string, value: number, max: number): void {
  if (!Number.isSafeInteger(value) || value < 0 || value > max) {
    throw new RangeError(`${name} ${value} is not an integer of 0 to ${max}`);
  }
}

/** Checks header, bounds and CRC of exactly one block without decompressing it. Never throws on bad bytes. */
export function inspectBlock(bytes: Uint8Array, limits: BlockLimits = BLOCK_LIMITS): InspectedBlock | Refused {
  if (bytes.length === 0) return refuse('empty', 'no bytes');
  const foreign = checkPrefix(bytes);
  if (foreign !== undefined) return foreign;
  const reader = new ByteReader(bytes, FIXED_BYTES);
  const flags = bytes[CRC_FROM];
  const header: BlockHeader = {
    agentId: uuidFromBytes(bytes.subarray(CRC_FROM + 1, FIXED_BYTES)),
    lane: (flags & LANE_MASK) === LANE.backfill ? LANE.backfill : LANE.live,
    shard: reader.varint(),
    boot: reader.varint(),
    sequence: reader.varint(),
    policyVersion: reader.varint(),
    baseTimeMs: reader.varint(),
    count: reader.varint(),
    rawLength: reader.varint(),
    bodyLength: reader.varint(),
    stored: (flags & STORED_BIT) !== 0,
  };
  if (reader.failed) return refuse('too_short', `the header is cut short at ${bytes.length} bytes`);
  const wrong = checkHeader(header, flags, limits) ?? checkLength(header, reader.remaining);
  if (wrong !== undefined) return wrong;
  const said = new ByteReader(bytes, CRC_AT).u32();
  const found = crc32(bytes.subarray(CRC_FROM));
  if (said !== found) return refuse('bad_crc', `the CRC is ${found}, the block says ${said}`);
  return { ok: true, header, byteLength: bytes.length, body: reader.take(header.bodyLength) };
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
    return refuse('too_short', `${bytes.length} bytes, a header has ${FIXED_BYTES} and more`);
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
    return refuse('bad_length', `${count} results cannot be in columns of ${rawLength} bytes`);
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
 * Decodes exactly one block; results come sorted by time. Never throws on bad bytes, and allocates nothing by a length
 * that it has not bounded. `into` (see `allocateColumns`) is filled and returned if it has the room: a loop over blocks
 * then allocates no columns.
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

/** The rest of `decodeBlock`, for a caller that looks at the header first: all the work that grows with the results is here. */
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
    return refuse('decompress_failed', `${raw.length} bytes of columns, the header says ${header.rawLength}`);
  }
  const columns = decodeColumns(raw, header.count, header.baseTimeMs, into);
  if (typeof columns === 'string') return refuse('bad_columns', columns);
  return { ok: true, header, columns, byteLength };
}

function refuse(reason: BlockRefusal, detail: string): Refused {
  return { ok: false, reason, detail };
}
