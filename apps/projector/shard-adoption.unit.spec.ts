import { OwnedShard, type ShardCommit, type WriterTransaction } from '@icmp-mon/shard/engine';
import type { FeedFact } from '@icmp-mon/probing/contract';
import { StatusParticipant } from '@icmp-mon/status/server';
import { describe, expect, it } from 'vitest';
import { AGENT_IDS, START_MS, targetIdOf } from '@icmp-mon/shard/engine/testing';

const POLICY: FeedFact = {
  ...{ kind: 'policy', tier: 'standard', policyVersion: 1, intervalMs: 15_000, timeoutMs: 1_000 },
  ...{ missesToFail: 2, successesToRecover: 1, quorum: 'majority' },
  checks: [{ check: 1, type: 'icmp_ping', expect: 'reachable' }],
};
const targetFact = (targetKey: number): FeedFact => ({
  ...{ kind: 'target', targetKey, targetId: targetIdOf(targetKey), ip: `127.0.0.${targetKey}`, vrf: 'default' },
  ...{ tier: 'standard', selected: AGENT_IDS },
});
const storedStatus = (target_key: number): object => ({
  ...{ target_key, status: 'down', reason: 'quorum_down', since_ms: START_MS, answered: true },
});

interface Written {
  changes: Record<string, unknown>[];
  forgotten: number[];
}

/** Adopts a log without a checkpoint; what is stored are the statuses of the keys given. */
async function adopt(
  stored: number[],
  facts: FeedFact[],
  numberAbove = 0,
): Promise<Written & { differing: unknown; head: { changeSeq: number; states: unknown[][] } }> {
  const written: Written = { changes: [], forgotten: [] };
  const transaction: WriterTransaction = {
    async query<T extends object>(text: string, params: unknown[] = []): Promise<T[]> {
      if (text.includes('INSERT INTO status_change')) written.changes.push(...JSON.parse(String(params[1])));
      if (text.includes('DELETE FROM target_status')) written.forgotten.push(...(params[0] as number[]));
      if (text.includes('greatest')) return [{ change_seq: 40 }] as T[];
      if (text.includes('DISTINCT ON')) return (params[1] as number[]).map(identityOf) as T[];
      if (text.includes('FROM target_status WHERE')) return stored.map(storedStatus) as T[];
      if (text.includes('SELECT checkpoint')) return [{ checkpoint: null, checkpoint_position: -1 }] as T[];
      return [];
    },
    copy: () => Promise.resolve(),
  };
  let status: StatusParticipant | undefined;
  let differing: unknown = 0;
  const owned = await OwnedShard.load(
    transaction,
    { shard: 0, epoch: 2 },
    (directory) => {
      status = new StatusParticipant(0, directory);
      status.numberAbove(numberAbove);
      return [status];
    },
    (_message, detail) => (differing = detail['differing']),
  );
  const commit: ShardCommit = await owned.skip(transaction, { position: 99, newLog: true, facts, feedPosition: 7 });
  for (const write of commit.writes) await write.write(transaction);
  return { ...written, differing, head: status?.checkpoint().head as { changeSeq: number; states: unknown[][] } };
}

function identityOf(key: number): object {
  return { key, targetId: targetIdOf(key), ip: `127.0.0.${key}`, vrf: 'default', tier: 'standard' };
}

describe('a shard that goes on behind a lost log', () => {
  it('keeps the status of a target that its checkpoint did not know', async () => {
    const { changes, differing, head } = await adopt([1], [POLICY, targetFact(1)]);
    expect(changes).toEqual([]);
    // The target, and the number of the last change.
    expect(differing).toBe(2);
    expect(head.states).toEqual([[1, 'down', 'quorum_down', START_MS, [1]]]);
  });

  it('tells that a target is gone whose removal was lost with the log', async () => {
    const { changes, forgotten, head } = await adopt([1, 2], [POLICY, targetFact(1)]);
    expect(changes).toMatchObject([{ target_key: 2, from_status: 'down', removed: true, change_seq: 41 }]);
    expect(forgotten).toEqual([2]);
    expect(head.states).toHaveLength(1);
  });

  it('numbers above what others have seen', async () => {
    const { changes, head } = await adopt([2], [POLICY], 5_000);
    expect(changes).toMatchObject([{ target_key: 2, change_seq: 5_001 }]);
    expect(head.changeSeq).toBe(5_001);
  });
});
