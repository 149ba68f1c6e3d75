import { type DecodedBlock, decodeBlock, decodeShardRecord } from '@icmp-mon/probing/wire';
import { decompressBounded } from '@icmp-mon/platform/zstd';

/** Returns the valid blocks of a record of the log. */
export function blocksOf(record: Uint8Array): DecodedBlock[] {
  const decoded = decodeShardRecord(record);
  if (!decoded.ok || decoded.record.kind !== 'blocks') return [];
  const blocks = decoded.record.envelopes.map(({ block }) => decodeBlock(block, decompressBounded));
  return blocks.filter((block): block is DecodedBlock => block.ok);
}

/** Whether the blocks are of two agents, without a common target: their order makes no difference. */
export function areIndependent(a: DecodedBlock, b: DecodedBlock): boolean {
  const keys = new Set(a.columns.targetKey.subarray(0, a.columns.count));
  return (
    a.header.agentId !== b.header.agentId &&
    !b.columns.targetKey.subarray(0, b.columns.count).some((key) => keys.has(key))
  );
}
