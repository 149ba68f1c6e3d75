import { describe, expect, it } from 'vitest';
import { StatusRecovery } from './status-recovery';
import { JudgedShard, RecordingSink, RecordingTables, START_MS } from './status-shard.test-data';
import type { StoredStatuses } from './status-tables';

const DOWN = {
  ...({ status: 'down', reason: 'quorum_down' } as const),
  ...{ sinceMs: START_MS - 5_000, beganMs: START_MS - 9_000, flapping: null, everReplied: true },
};

async function recovering(statuses: Omit<StoredStatuses, 'pairChanges'>, keys: number[]) {
  const stored = { ...statuses, pairChanges: null };
  const sink = new RecordingSink();
  const shard = new JudgedShard(sink).addTargets(keys);
  const recovery = new StatusRecovery(0, new RecordingTables(stored), shard.state, () => shard.directory);
  await recovery.loadStored(null);
  sink.changes.length = 0;
  return { recovery, shard, sink };
}

describe('status recovery', () => {
  it('changes nothing if the replay resulted in the stored rows', async () => {
    const warming = {
      ...({ status: 'unknown', reason: 'warming' } as const),
      ...{ sinceMs: START_MS, beganMs: START_MS, flapping: null, everReplied: false },
    };
    const { recovery } = await recovering({ changeSeq: 1, states: new Map([[1, warming]]) }, [1]);
    expect(recovery.reconcile()).toBe(0);
    expect(recovery.reconcile()).toBe(0);
  });

  it('prefers the stored rows, and judges differing targets again', async () => {
    const { recovery, shard, sink } = await recovering({ changeSeq: 40, states: new Map([[1, DOWN]]) }, [1]);
    expect(recovery.reconcile()).toBe(2);
    expect(shard.state.targets.get(1)).toMatchObject({ status: 'down', reason: 'quorum_down', repliedChecks: [1] });
    shard.measured(1);
    expect(sink.changes).toMatchObject([{ from: 'down', to: 'up', changeSeq: 41 }]);
  });

  it('keeps a mark of flapping that readers have seen, and ends it when the target stays stable', async () => {
    const flapping = { sinceMs: START_MS - 400_000, changes: 9 };
    const stored = { changeSeq: 40, states: new Map([[1, { ...DOWN, flapping }]]) };
    const { recovery, shard, sink } = await recovering(stored, [1]);
    recovery.reconcile();
    shard.measured(1);
    expect(sink.changes.at(-1)).toMatchObject({ from: 'down', to: 'up', flapping: { ...flapping, changes: 10 } });
    // The penalty of 4,000 has a half-life of 10 min.
    for (let at = 0; at < 1_210; at++) shard.passes(1_000).measured(1);
    expect(sink.changes.at(-1)).toMatchObject({ from: 'up', to: 'up', reason: 'quorum_up', flapping: null });
  });

  it('numbers changes above the numbers that consumers have seen', async () => {
    const { recovery, shard } = await recovering({ changeSeq: 40, states: new Map() }, []);
    recovery.numberAbove(5_000);
    recovery.reconcile();
    expect(shard.state.changeSeq).toBe(5_000);
  });

  it('keeps the status of a target that a fact contains after a gap, and removes other targets', async () => {
    const states = new Map([
      [1, DOWN],
      [2, DOWN],
    ]);
    const { recovery, shard, sink } = await recovering({ changeSeq: 2, states }, []);
    recovery.reconcile();
    await recovery.resetAfterGap(null, shard.clock, null);
    shard.addTargets([1], (target) => recovery.onTarget(target));
    recovery.removeOrphans();
    recovery.removeOrphans();
    expect(sink.changes).toEqual([]);
    expect(shard.state.targets.get(1)).toMatchObject({ status: 'down', repliedChecks: [1] });
    expect(sink.removals).toEqual([{ key: 2, changeSeq: 3 }]);
  });
});
