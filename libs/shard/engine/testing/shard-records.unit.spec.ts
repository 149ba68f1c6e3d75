import { OUTCOME } from '@icmp-mon/probing/contract';
import { decodeBlock, decodeShardRecord, encodeBody, LANE, ResultColumnsBuilder } from '@icmp-mon/probing/wire';
import { compress, decompressBounded } from '@icmp-mon/platform/zstd';
import { describe, expect, it } from 'vitest';
import { AGENT_IDS, generateLog, policyFact, ShardRecords, targetFact } from './index';

describe('records of a shard log', () => {
  it('number facts, and blocks per agent and lane', () => {
    const records = new ShardRecords();
    const positions = [policyFact('fast', 5_000), targetFact(7, 'fast', AGENT_IDS)].map((fact) => {
      const decoded = decodeShardRecord(records.factRecord(fact));
      return decoded.ok && decoded.record.kind === 'feed' ? decoded.record.position : null;
    });
    expect(positions).toEqual([1, 2]);
    const builder = new ResultColumnsBuilder();
    builder.addResult(7, 1, 1_000, OUTCOME.reply, 500);
    const body = encodeBody(builder.buildColumns(), compress);
    const shipped = (lane: 0 | 1): unknown => {
      const { block } = records.block({ agentId: AGENT_IDS[0], lane, shard: 0, body, receivedAtMs: 1_000 });
      const decoded = decodeBlock(block, decompressBounded);
      return decoded.ok && decoded.header.sequence;
    };
    expect([LANE.live, LANE.live, LANE.backfill].map(shipped)).toEqual([1, 2, 1]);
  });

  it('are the same for the same seed, and all can be decoded', () => {
    const options = { seed: 3, targetKeys: [1, 2], seconds: 60, shard: 0 };
    const { records } = generateLog(options);
    expect(generateLog(options).records).toEqual(records);
    expect(records.every((record) => decodeShardRecord(record).ok)).toBe(true);
    expect(generateLog({ ...options, seed: 4 }).records).not.toEqual(records);
  });
});
