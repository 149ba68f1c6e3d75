import { OwnedShard } from '@icmp-mon/shard/engine';
import type { FeedFact } from '@icmp-mon/probing/contract';
import { type ChangeRow, StatusParticipant } from '@icmp-mon/status/server';
import { describe, expect, it } from 'vitest';
import { AGENT_IDS, START_MS, targetIdOf } from '@icmp-mon/shard/engine/testing';
import { immediateRows, type SimulatedRows, SimulatedTables } from './simulated-tables';

const LAST_CHANGE = 40;
const POLICY: FeedFact = {
  ...{ kind: 'policy', tier: 'standard', policyVersion: 1, intervalMs: 15_000, timeoutMs: 1_000 },
  ...{ missesToFail: 2, successesToRecover: 1, quorum: 'majority' },
  checks: [{ check: 1, type: 'icmp_ping', expect: 'reachable' }],
};
const targetFact = (targetKey: number): FeedFact => ({
  ...{ kind: 'target', targetKey, targetId: targetIdOf(targetKey), ip: `127.0.0.${targetKey}`, vrf: 'default' },
  ...{ tier: 'standard', selected: AGENT_IDS },
});
const NOTHING_STORED = { checkpoint: null, checkpointPosition: -1, positions: new Map(), committedAhead: new Map() };

/** The stored change by which a target went down. */
function storedChange(key: number, seq: number): ChangeRow {
  return {
    ...{ change_seq: seq, target_key: key, target_id: targetIdOf(key), ip: `127.0.0.${key}`, vrf: 'default' },
    ...{ tier: 'standard', from_status: 'up', to_status: 'down', reason: 'quorum_down' },
    ...{ at: new Date(START_MS), since: new Date(START_MS), last_success_at: new Date(START_MS) },
    ...{ began_at: null, flapping_since: null, flapping_changes: null },
    ...{ votes: { selected: 3, needed: 2, up: 0, degraded: 0, down: 3, unknown: 0 }, removed: false, position: 1 },
  };
}

interface Adopted {
  changes: ChangeRow[];
  /** Keys of targets whose status is stored. */
  kept: number[];
  differing: unknown;
  head: { changeSeq: number; states: unknown[][] };
}

/** Adopts a log without a checkpoint. Stored are the statuses of the given keys; the last change has number 40. */
async function adopt(stored: number[], facts: FeedFact[], numberAbove = 0): Promise<Adopted> {
  const tables = new SimulatedTables();
  const before = stored.map((key, at) => storedChange(key, LAST_CHANGE - stored.length + 1 + at));
  await tables.status.storeChanges(immediateRows, 0, before);
  let status: StatusParticipant<SimulatedRows> | undefined;
  let differing: unknown = 0;
  const owned = await OwnedShard.load<SimulatedRows>(
    { rows: immediateRows, loadShard: async () => NOTHING_STORED },
    { shard: 0, epoch: 2 },
    (directory) => {
      status = new StatusParticipant(0, directory, tables.status);
      status.numberAbove(numberAbove);
      return [status];
    },
    (_message, detail) => (differing = detail['differing']),
  );
  const commit = await owned.skipToPosition(immediateRows, { position: 99, newLog: true, facts, feedPosition: 7 });
  for (const write of commit.writes) await write.writeRows(immediateRows);
  return {
    changes: tables.changes.slice(before.length),
    kept: [...tables.statuses.keys()],
    differing,
    head: status?.checkpoint().head as Adopted['head'],
  };
}

describe('a shard that continues after a lost log', () => {
  it('keeps the status of a target that its checkpoint did not know', async () => {
    const { changes, differing, head } = await adopt([1], [POLICY, targetFact(1)]);
    expect(changes).toEqual([]);
    // The target, and the number of the last change.
    expect(differing).toBe(2);
    expect(head.states).toEqual([[1, 'down', 'quorum_down', START_MS, [1], null, 0]]);
  });

  it('reports the removal of a target whose removal was lost with the log', async () => {
    const { changes, kept, head } = await adopt([1, 2], [POLICY, targetFact(1)]);
    expect(changes).toMatchObject([{ target_key: 2, from_status: 'down', removed: true, change_seq: 41 }]);
    expect(kept).toEqual([1]);
    expect(head.states).toHaveLength(1);
  });

  it('continues with numbers above all published ones', async () => {
    const { changes, head } = await adopt([2], [POLICY], 5_000);
    expect(changes).toMatchObject([{ target_key: 2, change_seq: 5_001 }]);
    expect(head.changeSeq).toBe(5_001);
  });
});
