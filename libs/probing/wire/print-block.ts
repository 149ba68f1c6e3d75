import { decodeBlock } from './block';
import { LANE, type BlockRefusal } from './block-header';
import type { Decompress } from './block-body';
import { outcomeName, type OutcomeName } from '@icmp-mon/probing/contract';

export interface PrintedResult {
  at: string;
  targetKey: number;
  check: number;
  outcome: OutcomeName;
  rttUs: number | null;
}

/** A block as JSON for operators; not used in the result pipeline. */
export type PrintedBlock =
  | {
      byteLength: number;
      header: {
        agentId: string;
        boot: number;
        lane: 'live' | 'backfill';
        shard: number;
        sequence: number;
        policyVersion: number;
        baseTime: string;
        count: number;
        bodyLength: number;
        rawLength: number;
        stored: boolean;
      };
      results: PrintedResult[];
    }
  | { byteLength: number; refused: BlockRefusal; detail: string };

/** Returns the content of a block, or why it was refused. */
export function printBlock(bytes: Uint8Array, decompress: Decompress): PrintedBlock {
  const decoded = decodeBlock(bytes, decompress);
  if (!decoded.ok) return { byteLength: bytes.length, refused: decoded.reason, detail: decoded.detail };
  const { header, columns, byteLength } = decoded;
  const { lane, baseTimeMs, ...rest } = header;
  return {
    byteLength,
    header: { ...rest, lane: lane === LANE.live ? 'live' : 'backfill', baseTime: isoTime(baseTimeMs) },
    results: Array.from({ length: columns.count }, (_, row) => ({
      at: isoTime(baseTimeMs + columns.timeOffsetMs[row]),
      targetKey: columns.targetKey[row],
      check: columns.check[row],
      outcome: outcomeName(columns.outcome[row]),
      rttUs: outcomeName(columns.outcome[row]) === 'reply' ? columns.rttUs[row] : null,
    })),
  };
}

/** Formats a time. An agent's clock may have any value up to 2^53 ms; dates end at 8.64e15 ms. */
function isoTime(timeMs: number): string {
  return timeMs <= 8.64e15 ? new Date(timeMs).toISOString() : `${timeMs} ms`;
}
