import { crc32 } from 'node:zlib';
import { decodeColumns, type Decompress, type EncodedBody } from './block-body';
import {
  BLOCK_LIMITS,
  BLOCK_VERSION,
  checkHeader,
  checkLength,
  checkPrefix,
  CRC_AT,
  CRC_FROM,
  FIXED_BYTES,
  LANE,
  LANE_MASK,
  MAGIC,
  refuse,
  STORED_BIT,
  type BlockAddress,
  type BlockHeader,
  type BlockLimits,
  type InspectedBlock,
  type Refused,
} from './block-header';
import { ByteReader } from './byte-reader';
import { ByteWriter } from './byte-writer';
import type { ResultColumns } from './result-columns';
import { uuidFromBytes, uuidToBytes } from './uuid';

export interface DecodedBlock {
  ok: true;
  header: BlockHeader;
  columns: ResultColumns;
  byteLength: number;
}

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
