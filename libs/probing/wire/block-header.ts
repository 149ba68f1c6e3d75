import { DETAIL_BYTES_MAX } from './detail-bytes';
import { BLOCK_RESULTS_MAX } from './result-columns';

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
  /** Version of the tier policies under which the results were measured; 0 to 2^53-1. */
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

export const MAGIC = [0x49, 0x4d, 0x42] as const; // "IMB"
export const CRC_AT = 4;
export const CRC_FROM = 8;
export const FIXED_BYTES = 25;
export const LANE_MASK = 0b0000_0011;
export const STORED_BIT = 0b0000_0100;
const KNOWN_FLAGS = LANE_MASK | STORED_BIT;
// Shortest result in columns: one byte of target key and one of time. Bounds the count by the bytes that are really present.
const RESULT_RAW_BYTES_MIN = 2;
/**
 * Longest result in columns: 3 × 5 bytes for target key, time and round trip, runs of one for check (4) and outcome (3), and its detail.
 * Columns that claim to be longer contain something else, and are refused before they are decompressed.
 */
const RESULT_RAW_BYTES_MAX = 22 + DETAIL_BYTES_MAX;
/** Number of details in front of them. */
const DETAILS_COUNT_BYTES_MAX = 3;

/** Checks magic, version and length of the fixed part. */
export function checkPrefix(bytes: Uint8Array): Refused | undefined {
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

/** Checks the fields of a header against their bounds. */
export function checkHeader(header: BlockHeader, flags: number, limits: BlockLimits): Refused | undefined {
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

/** Checks the lengths in a header against each other and against the bytes that follow it. */
export function checkLength(header: BlockHeader, remaining: number): Refused | undefined {
  const { count, rawLength, bodyLength, stored } = header;
  if (rawLength < count * RESULT_RAW_BYTES_MIN) {
    return refuse('bad_length', `${count} results do not fit columns of ${rawLength} bytes`);
  }
  if (rawLength > count * RESULT_RAW_BYTES_MAX + DETAILS_COUNT_BYTES_MAX) {
    return refuse('bad_length', `columns of ${rawLength} bytes for ${count} results`);
  }
  if (stored ? bodyLength !== rawLength : bodyLength >= rawLength) {
    return refuse('bad_length', `a body of ${bodyLength} bytes for columns of ${rawLength}`);
  }
  if (remaining < bodyLength) return refuse('too_short', `${remaining} bytes of a body of ${bodyLength}`);
  if (remaining > bodyLength) return refuse('trailing_bytes', `${remaining - bodyLength} bytes after the body`);
  return undefined;
}

/** Returns a refusal. */
export function refuse(reason: BlockRefusal, detail: string): Refused {
  return { ok: false, reason, detail };
}
