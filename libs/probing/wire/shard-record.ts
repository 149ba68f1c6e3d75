import { BLOCK_BYTES_MAX } from './block-header';
import { ByteReader } from './byte-reader';
import { ByteWriter, sizeOfVarint, writeVarint, zigzagOf } from './byte-writer';
import { feedFactFault, type FeedFact } from '@icmp-mon/probing/contract';
import {
  type BlockEnvelope,
  type DecodedShardRecord,
  refuseRecord as refuse,
  SHARD_RECORD_BYTES_MAX,
  SHARD_RECORD_KIND,
} from './shard-record-kind';
import { decodeThresholds } from './thresholds-record';

/** Most bytes that an envelope adds to its block: three varints. */
export const ENVELOPE_OVERHEAD_BYTES_MAX = 8 + 8 + 4;
export const RECORD_ENVELOPES_MAX = 4_096;

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });
const I32_MAX = 0x7fff_ffff;

/** A record of blocks that writes itself into a buffer: a gateway copies blocks from the upload directly into the request to Kafka. */
export class BlocksRecord {
  readonly byteLength: number;

  /** Throws a RangeError beyond `SHARD_RECORD_BYTES_MAX` or `RECORD_ENVELOPES_MAX`, or when empty. */
  constructor(private readonly envelopes: readonly BlockEnvelope[]) {
    if (envelopes.length === 0 || envelopes.length > RECORD_ENVELOPES_MAX) {
      throw new RangeError(`a record holds 1 to ${RECORD_ENVELOPES_MAX} blocks, not ${envelopes.length}`);
    }
    this.byteLength = bounded(envelopes.reduce((total, envelope) => total + sizeOfEnvelope(envelope), 1));
  }

  /** Writes `byteLength` bytes from index `at` on. */
  writeTo(into: Uint8Array, at: number): void {
    into[at++] = SHARD_RECORD_KIND.blocks;
    for (const { receivedAtMs, clockOffsetMs, block } of this.envelopes) {
      at = writeVarint(into, at, wholeTime(receivedAtMs));
      at = writeVarint(into, at, boundedOffset(clockOffsetMs));
      at = writeVarint(into, at, block.length);
      into.set(block, at);
      at += block.length;
    }
  }
}

function sizeOfEnvelope({ receivedAtMs, clockOffsetMs, block }: BlockEnvelope): number {
  const ofTimes = sizeOfVarint(wholeTime(receivedAtMs)) + sizeOfVarint(boundedOffset(clockOffsetMs));
  return ofTimes + sizeOfVarint(block.length) + block.length;
}

const wholeTime = (atMs: number): number => Math.max(0, Math.floor(atMs));

const boundedOffset = (offsetMs: number): number =>
  zigzagOf(Math.max(-I32_MAX, Math.min(I32_MAX, Math.round(offsetMs))));

/** Returns the bytes of a `BlocksRecord`. Throws like its constructor. */
export function encodeBlocksRecord(envelopes: readonly BlockEnvelope[]): Uint8Array {
  const record = new BlocksRecord(envelopes);
  const bytes = new Uint8Array(record.byteLength);
  record.writeTo(bytes, 0);
  return bytes;
}

/** Encodes a tick: `atMs` is the clock of the database that holds the lease of `leaseEpoch`. */
export function encodeTickRecord(leaseEpoch: number, atMs: number): Uint8Array {
  const writer = new ByteWriter(24);
  writer.u8(SHARD_RECORD_KIND.tick);
  writer.writeVarint(leaseEpoch);
  writer.writeVarint(Math.floor(atMs));
  return writer.viewBytes();
}

/** Encodes a fact with its position in the feed: the fold ignores positions that it has already applied. */
export function encodeFeedRecord(position: number, fact: FeedFact): Uint8Array {
  const json = encoder.encode(JSON.stringify(fact));
  const writer = new ByteWriter(json.length + 16);
  writer.u8(SHARD_RECORD_KIND.feed);
  writer.writeVarint(position);
  writer.writeBytes(json);
  bounded(writer.byteLength);
  return writer.viewBytes();
}

function bounded(bytes: number): number {
  if (bytes <= SHARD_RECORD_BYTES_MAX) return bytes;
  throw new RangeError(`a record of ${bytes} bytes, at most ${SHARD_RECORD_BYTES_MAX}: split it`);
}

/** Decodes a value of the shard's log; blocks are views and not inspected. Never throws on invalid bytes. */
export function decodeShardRecord(bytes: Uint8Array): DecodedShardRecord {
  if (bytes.length === 0) return refuse('empty', 'no bytes');
  if (bytes.length > SHARD_RECORD_BYTES_MAX) return refuse('too_large', `${bytes.length} bytes`);
  const reader = new ByteReader(bytes);
  const kind = reader.u8();
  switch (kind) {
    case SHARD_RECORD_KIND.blocks:
      return decodeBlocks(reader);
    case SHARD_RECORD_KIND.tick:
      return decodeTick(reader);
    case SHARD_RECORD_KIND.feed:
      return decodeFeed(reader);
    case SHARD_RECORD_KIND.thresholds:
      return decodeThresholds(reader);
    default:
      return refuse('unknown_kind', `kind ${kind}`);
  }
}

function decodeBlocks(reader: ByteReader): DecodedShardRecord {
  const envelopes: BlockEnvelope[] = [];
  while (reader.remaining > 0) {
    if (envelopes.length === RECORD_ENVELOPES_MAX) return refuse('too_large', `over ${RECORD_ENVELOPES_MAX} blocks`);
    const receivedAtMs = reader.readVarint();
    const clockOffsetMs = reader.readZigzag();
    const length = reader.readVarint();
    if (reader.failed) return refuse('torn', `the envelope of block ${envelopes.length} is truncated`);
    if (length > BLOCK_BYTES_MAX) return refuse('too_large', `block ${envelopes.length} claims ${length} bytes`);
    if (Math.abs(clockOffsetMs) > I32_MAX) return refuse('torn', `clock offset ${clockOffsetMs} ms`);
    if (length > reader.remaining) {
      return refuse('torn', `block ${envelopes.length} claims ${length} bytes, ${reader.remaining} are left`);
    }
    envelopes.push({ receivedAtMs, clockOffsetMs, block: reader.readBytes(length) });
  }
  return envelopes.length === 0 ? refuse('empty', 'no blocks') : { ok: true, record: { kind: 'blocks', envelopes } };
}

function decodeTick(reader: ByteReader): DecodedShardRecord {
  const leaseEpoch = reader.readVarint();
  const atMs = reader.readVarint();
  if (reader.failed || reader.remaining > 0) return refuse('torn', 'a tick must be a lease epoch and a time');
  return { ok: true, record: { kind: 'tick', leaseEpoch, atMs } };
}

function decodeFeed(reader: ByteReader): DecodedShardRecord {
  const position = reader.readVarint();
  if (reader.failed) return refuse('torn', 'the position is truncated');
  let fact: unknown;
  try {
    fact = JSON.parse(decoder.decode(reader.readBytes(reader.remaining)));
  } catch (error) {
    return refuse('bad_json', error instanceof Error ? error.message : String(error));
  }
  const fault = feedFactFault(fact);
  return fault === undefined
    ? { ok: true, record: { kind: 'feed', position, fact: fact as FeedFact } }
    : refuse('bad_fact', fault);
}
