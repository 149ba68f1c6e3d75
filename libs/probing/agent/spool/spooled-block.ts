import { crc32 } from 'node:zlib';
import { type EncodedBody, LANE, type Lane } from '@icmp-mon/probing/wire';

/** An encoded body that is not in the spool yet. */
export interface NewBlock {
  shard: number;
  policyVersion: number;
  /** Wall clock until which its first shipment uses the live lane. */
  liveUntilMs: number;
  body: EncodedBody;
}

/** A block with its identity: lane, boot and sequence do not change until it is acknowledged. */
export interface SpooledBlock extends Pick<NewBlock, 'shard' | 'policyVersion' | 'body'> {
  id: number;
  lane: Lane;
  boot: number;
  sequence: number;
}

/** A row of table `block`. */
export interface BlockRow {
  id: number;
  shard: number;
  policy_version: number;
  base_time_ms: number;
  live_until_ms: number;
  count: number;
  raw_length: number;
  stored: number;
  crc: number;
  lane: Lane | null;
  boot: number | null;
  sequence: number | null;
  body: Uint8Array;
}

export function checksumOf({ shard, policyVersion, body }: Pick<NewBlock, 'shard' | 'policyVersion' | 'body'>): number {
  const { baseTimeMs, count, rawLength, stored } = body;
  return crc32(body.bytes, crc32([shard, policyVersion, baseTimeMs, count, rawLength, stored].join()));
}

/** Returns the block of a row; undefined if the row is not what was written. */
export function blockOf(row: BlockRow, lane: Lane, boot: number, sequence: number): SpooledBlock | undefined {
  const body: EncodedBody = {
    bytes: row.body,
    stored: row.stored === 1,
    count: row.count,
    baseTimeMs: row.base_time_ms,
    rawLength: row.raw_length,
  };
  const block = { id: row.id, shard: row.shard, policyVersion: row.policy_version, lane, boot, sequence, body };
  return checksumOf(block) === row.crc ? block : undefined;
}

/** Returns the block with its times corrected to the present wall clock, which was set by `correctionMs` since the block was stored. */
export function withTimesCorrected(block: SpooledBlock, correctionMs: number): SpooledBlock {
  if (correctionMs === 0) return block;
  return { ...block, body: { ...block.body, baseTimeMs: Math.max(0, block.body.baseTimeMs + correctionMs) } };
}

/** Whether a row from a damaged file has valid columns: its checksum does not cover all of them. */
export function isPlausible(row: BlockRow): boolean {
  const { id, shard, policy_version, base_time_ms, live_until_ms, count, raw_length, stored, crc } = row;
  const numbers: unknown[] = [id, shard, policy_version, base_time_ms, live_until_ms, count, raw_length, stored, crc];
  if (!numbers.every((value) => Number.isSafeInteger(value) && Number(value) >= 0)) return false;
  const { lane, boot, sequence } = row;
  if (lane === null || boot === null || sequence === null) return lane === boot && boot === sequence;
  const isLane = Object.values(LANE).some((known) => known === lane);
  return isLane && [boot, sequence].every((value) => Number.isSafeInteger(value) && value >= 0);
}
