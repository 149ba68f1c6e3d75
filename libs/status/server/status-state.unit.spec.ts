import { OUTCOME } from '@icmp-mon/probing/contract';
import { describe, expect, it } from 'vitest';
import { AGENT, JudgedShard, placeOf, RecordingSink, START_MS } from './status-shard.test-data';

/** Send time of the first of the misses. */
const DOWN_BEGAN_MS = START_MS + 5_000;

function shardOf(...keys: number[]): { shard: JudgedShard; sink: RecordingSink } {
  const sink = new RecordingSink();
  return { shard: new JudgedShard(sink).addTargets(keys), sink };
}

describe('the status state', () => {
  it('numbers changes without gaps, each with the place of its record', () => {
    const { shard, sink } = shardOf(1, 2);
    shard.measured(1, OUTCOME.reply, 0, placeOf(7));
    shard.measured(2, OUTCOME.reply, 0, placeOf(8));
    const told = sink.changes.map(({ target, to, reason, changeSeq, place }) => [
      target.key,
      to,
      reason,
      changeSeq,
      place.offset,
    ]);
    expect(told).toEqual([
      [1, 'unknown', 'warming', 1, 0],
      [2, 'unknown', 'warming', 2, 0],
      [1, 'up', 'quorum_up', 3, 7],
      [2, 'up', 'quorum_up', 4, 8],
    ]);
  });

  it('dates a change by the sample that led to it', () => {
    const { shard, sink } = shardOf(1);
    shard.passes(1_000).measured(1, OUTCOME.reply, 400);
    expect(sink.changes.at(-1)).toMatchObject({ to: 'up', atMs: START_MS + 600, lastSuccessMs: START_MS + 600 });
  });

  it('does not judge late results, and counts them', () => {
    const { shard, sink } = shardOf(1);
    const before = sink.changes.length;
    expect(shard.measured(1, OUTCOME.reply, 60_000)).toBe(1);
    expect(sink.changes).toHaveLength(before);
    expect(shard.measured(1)).toBe(0);
    expect(sink.late).toEqual([[1, AGENT, START_MS - 60_000]]);
  });

  it('drops a stale verdict', () => {
    const { shard, sink } = shardOf(1);
    shard.measured(1);
    shard.passes(60_000);
    expect(sink.changes.at(-1)).toMatchObject({ from: 'up', to: 'unknown', reason: 'no_fresh_data' });
  });

  it('dates when a status began by the results that decided it, in the order of changes', () => {
    const { shard, sink } = shardOf(1);
    shard.measured(1);
    shard.passes(5_000).measured(1, OUTCOME.timeout);
    shard.passes(5_000).measured(1, OUTCOME.timeout);
    expect(sink.changes.at(-1)).toMatchObject({ to: 'down', atMs: START_MS + 10_000, beganMs: DOWN_BEGAN_MS });
    for (let at = 0; at < 6; at++) shard.passes(5_000);
    expect(sink.changes.at(-1)).toMatchObject({ to: 'unknown', reason: 'no_fresh_data', beganMs: START_MS + 10_000 });
    expect(sink.changes.at(-1)?.atMs).toBeGreaterThan(START_MS + 20_000);
  });

  it('marks a target that flaps, and ends the mark by a change of its own', () => {
    const { shard, sink } = shardOf(1);
    shard.measured(1);
    for (let at = 0; at < 12; at++) {
      shard.passes(5_000).measured(1, OUTCOME.timeout);
      shard.passes(5_000).measured(1, OUTCOME.timeout);
      shard.passes(5_000).measured(1, OUTCOME.reply);
    }
    const marked = sink.changes.filter(({ flapping }) => flapping !== null);
    expect(marked[0]).toMatchObject({ flapping: { changes: 4 } });
    expect(marked.at(-1)).toMatchObject({ to: 'up', flapping: { changes: 24, sinceMs: START_MS + 10_000 } });
    const restored = new JudgedShard(new RecordingSink()).addTargets([1]);
    restored.state.restore(shard.state.checkpoint());
    for (const each of [shard, restored]) {
      each.clock = shard.clock;
      expect(each.state.checkpoint()).toEqual(shard.state.checkpoint());
    }
    const numbered = shard.state.changeSeq;
    for (let at = 0; at < 3_000; at++) shard.passes(1_000).measured(1);
    expect(sink.changes.at(-1)).toMatchObject({ from: 'up', to: 'up', flapping: null, changeSeq: numbered + 1 });
    expect(shard.state.targets.get(1)?.flap).toMatchObject({ changes: 0, penalty: 0 });
  });

  it('numbers the removal of a target like any other change', () => {
    const { shard, sink } = shardOf(1);
    const target = shard.directory.removeTarget(1);
    if (target) shard.state.onTargetRemoved(target, shard.clock, placeOf(9));
    expect(sink.removals).toEqual([{ key: 1, changeSeq: sink.changes.length + 1 }]);
  });

  it('is equal after a checkpoint, and continues identically', () => {
    const { shard } = shardOf(2, 1);
    shard.measured(1);
    const sink = new RecordingSink();
    const restored = new JudgedShard(sink).addTargets([2, 1]);
    sink.changes.length = 0;
    restored.state.restore(shard.state.checkpoint());
    expect(restored.state.checkpoint()).toEqual(shard.state.checkpoint());
    restored.measured(1, OUTCOME.timeout);
    restored.measured(1, OUTCOME.timeout);
    expect(sink.changes).toMatchObject([{ from: 'up', to: 'down', changeSeq: shard.state.changeSeq + 1 }]);
  });
});
