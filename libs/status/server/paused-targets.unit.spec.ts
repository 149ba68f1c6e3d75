import { OUTCOME } from '@icmp-mon/probing/contract';
import { ShardDirectory } from '@icmp-mon/shard/engine';
import { targetFact } from '@icmp-mon/shard/engine/testing';
import { describe, expect, it } from 'vitest';
import { AGENT, JudgedShard, placeOf, RecordingSink } from './status-shard.test-data';

const KEY = 1;

/** A shard with one target that is up, and functions that pause and resume the target. */
function upShard(): { shard: JudgedShard; statuses: () => string[]; pause: () => void; resume: () => void } {
  const sink = new RecordingSink();
  const shard = new JudgedShard(sink).addTargets([KEY]);
  shard.measured(KEY);
  const apply = (selected: string[], isPaused: boolean): void => {
    const fact = { ...targetFact(KEY, 'fast', selected), ...(isPaused && { paused: true as const }) };
    shard.state.onTarget(shard.directory.applyTarget(fact, shard.clock.atMs), shard.clock, placeOf(2));
  };
  return {
    shard,
    statuses: () => sink.changes.splice(0).map(({ to, reason }) => `${to} ${reason}`),
    pause: () => apply([], true),
    resume: () => apply([AGENT], false),
  };
}

describe('a paused target', () => {
  it('is unknown with this reason until it is resumed, and then warms up', () => {
    const { shard, statuses, pause, resume } = upShard();
    statuses();
    pause();
    expect(statuses()).toEqual(['unknown paused']);
    shard.passes(600_000);
    expect(statuses()).toEqual([]);
    resume();
    expect(statuses()).toEqual(['unknown warming']);
    shard.measured(KEY);
    expect(statuses()).toEqual(['up quorum_up']);
  });

  it('is down again after it was resumed only by new results', () => {
    const { shard, statuses, pause, resume } = upShard();
    shard.measured(KEY, OUTCOME.timeout);
    shard.measured(KEY, OUTCOME.timeout);
    pause();
    resume();
    statuses();
    shard.measured(KEY, OUTCOME.timeout);
    expect(statuses()).toEqual([]);
    shard.measured(KEY, OUTCOME.timeout);
    expect(statuses()).toEqual(['down quorum_down']);
  });

  it('is paused also after the shard continues from a checkpoint', () => {
    const { shard, pause, resume } = upShard();
    pause();
    const continued = new ShardDirectory({ assigned: () => undefined, unassigned: () => undefined });
    continued.restore(shard.directory.head());
    expect(continued.targets.get(KEY)?.paused).toBe(true);
    resume();
    expect(shard.directory.targets.get(KEY)).not.toHaveProperty('paused');
  });
});
