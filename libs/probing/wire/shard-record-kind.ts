import type { FeedFact } from '@icmp-mon/probing/contract';
import type { ThresholdsRecord } from './thresholds-record';

/** Largest value of the shard's log: below the default limit of a broker (1 MiB including its overhead). */
export const SHARD_RECORD_BYTES_MAX = 1_000_000;

/** First byte of a value in the shard's log. */
export const SHARD_RECORD_KIND = { blocks: 1, tick: 2, feed: 3, thresholds: 4 } as const;

/** A block as the gateway received it; its bytes are unchanged. */
export interface BlockEnvelope {
  /** Gateway's wall clock in ms since 1970. */
  receivedAtMs: number;
  /** Estimate of the agent's clock minus the gateway's, to be subtracted from the agent's times; i32. */
  clockOffsetMs: number;
  block: Uint8Array;
}

export type ShardRecord =
  | { kind: 'blocks'; envelopes: BlockEnvelope[] }
  | { kind: 'tick'; leaseEpoch: number; atMs: number }
  | { kind: 'feed'; position: number; fact: FeedFact }
  | ThresholdsRecord;

export type ShardRecordRefusal = 'empty' | 'too_large' | 'unknown_kind' | 'torn' | 'bad_json' | 'bad_fact';

export type DecodedShardRecord =
  { ok: true; record: ShardRecord } | { ok: false; reason: ShardRecordRefusal; detail: string };

export function refuseRecord(reason: ShardRecordRefusal, detail: string): DecodedShardRecord {
  return { ok: false, reason, detail };
}
