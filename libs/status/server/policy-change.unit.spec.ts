import { OUTCOME, type PolicyFact } from '@icmp-mon/probing/contract';
import { policyFact } from '@icmp-mon/shard/engine/testing';
import { describe, expect, it } from 'vitest';
import { JudgedShard, placeOf, RecordingSink } from './status-shard.test-data';

const KEY = 1;

/** A shard with one target that is up at an interval of 5 s, and a function that changes the policy of its tier. */
function upShard(): { shard: JudgedShard; statuses: () => string[]; change: (to: Partial<PolicyFact>) => void } {
  const sink = new RecordingSink();
  const shard = new JudgedShard(sink).addTargets([KEY]);
  shard.measured(KEY);
  sink.changes.splice(0);
  return {
    shard,
    statuses: () => sink.changes.splice(0).map(({ to, reason }) => `${to} ${reason}`),
    change(to) {
      const fact = { ...policyFact('fast', 5_000), ...to };
      for (const target of shard.directory.applyPolicy(fact)) shard.state.onTarget(target, shard.clock, placeOf(2));
    },
  };
}

describe('a changed policy', () => {
  it('judges by its quorum immediately', () => {
    const { statuses, change } = upShard();
    change({ quorum: 2 });
    const [without] = statuses();
    expect(without).not.toBe('up quorum_up');
    change({ quorum: 1 });
    expect(statuses()).toEqual(['up quorum_up']);
  });

  it('counts misses by its limit from the next result', () => {
    const { shard, statuses, change } = upShard();
    change({ missesToFail: 3 });
    shard.measured(KEY, OUTCOME.timeout);
    shard.measured(KEY, OUTCOME.timeout);
    expect(statuses()).toEqual([]);
    change({ missesToFail: 2 });
    shard.measured(KEY, OUTCOME.timeout);
    expect(statuses()).toEqual(['down quorum_down']);
  });

  it('keeps a verdict fresh for three of its intervals', () => {
    const { shard, statuses, change } = upShard();
    change({ intervalMs: 60_000 });
    shard.passes(120_000);
    expect(statuses()).toEqual([]);
    shard.passes(120_000);
    expect(statuses()).toEqual([expect.stringMatching(/^unknown /)]);
  });

  it('starts a new check without a verdict, and keeps the verdict of the other', () => {
    const { shard, change } = upShard();
    const [ping] = shard.directory.targets.get(KEY)?.pairs ?? [];
    const checks = [1, 2].map((check) => ({ check, type: 'icmp_ping' as const, expect: 'reachable' as const }));
    change({ checks });
    const pairs = shard.directory.targets.get(KEY)?.pairs ?? [];
    expect(pairs.map(({ check }) => check)).toEqual([1, 2]);
    expect(pairs[0]).toBe(ping);
  });
});
