import { OUTCOME } from '@icmp-mon/probing/contract';
import { ShardDirectory } from '@icmp-mon/shard/engine';
import { agentIdOf, policyFact, targetFact } from '@icmp-mon/shard/engine/testing';
import { PAIR_CHANGES_MAX, PAIR_VERDICT } from '@icmp-mon/status/wire';
import { describe, expect, it } from 'vitest';
import { PairChangeLog, type SealedPairChanges } from './pair-change-log';
import { judgeResult } from './pair-judge';
import { FRESHNESS, PairTable } from './pair-table';
import { AGENT, JudgedShard, placeOf, RecordingSink, START_MS } from './status-shard.test-data';
import { StatusState } from './status-state';

const { none, up, down, unassigned } = PAIR_VERDICT;
const TICK_MS = 1_000;

function judgedShard(keys: readonly number[]) {
  const sink = new RecordingSink();
  const shard = new JudgedShard(sink).addTargets(keys);
  return { shard, records: sink.pairRecords };
}

/** Applies a fact that changes the target, and the state that follows from it. */
function select(shard: JudgedShard, key: number, agents: string[]): void {
  shard.state.onTarget(
    shard.directory.applyTarget(targetFact(key, 'fast', agents), shard.clock.atMs),
    shard.clock,
    placeOf(2),
  );
}

const CLOCK = { ageMs: 0, atMs: START_MS };

/** Targets with many agents each, without a shard that judges them. */
function manyPairs(targetCount: number, agents: number) {
  const pairs = new PairTable();
  const records: SealedPairChanges[] = [];
  const log = new PairChangeLog(pairs, { pairsChanged: (record) => void records.push(record) });
  const directory = new ShardDirectory({
    assigned: (slot, target) => pairs.assignPair(slot, target, 0),
    unassigned: (slot) => pairs.releasePair(slot),
  });
  directory.applyPolicy(policyFact('fast', 5_000));
  const selected = Array.from({ length: agents }, (_, at) => agentIdOf(at + 1));
  const keys = Array.from({ length: targetCount }, (_, at) => at + 1);
  const targets = keys.map((key) => directory.applyTarget(targetFact(key, 'fast', selected), START_MS));
  return { pairs, targets, log, records };
}

describe('the changes of pairs', () => {
  it('are sealed by the next tick, with the probes that led to them', () => {
    const { shard, records } = judgedShard([1]);
    shard.measured(1);
    expect(records).toEqual([]);
    shard.passes(TICK_MS);
    const change = { targetKey: 1, check: 1, agentId: AGENT, beganAtMs: START_MS, sampleAtMs: START_MS };
    expect(records).toEqual([
      {
        ...{ shard: 0, changeSeq: 1, atMs: START_MS + TICK_MS, restarts: false },
        changes: [{ ...change, from: none, to: up }],
      },
    ]);
  });

  it('are none while verdicts stay what they are', () => {
    const { shard, records } = judgedShard([1]);
    for (let round = 0; round < 20; round++) {
      shard.measured(1);
      shard.passes(5_000);
    }
    expect(records).toHaveLength(1);
  });

  it('of a pair within one tick are all there, in their order', () => {
    const { shard, records } = judgedShard([1]);
    shard.measured(1);
    for (const outcome of [OUTCOME.timeout, OUTCOME.timeout, OUTCOME.reply]) shard.measured(1, outcome);
    shard.passes(TICK_MS);
    expect(records.flatMap(({ changes }) => changes.map(({ from, to }) => [from, to]))).toEqual([
      [none, up],
      [up, down],
      [down, up],
    ]);
  });

  it('end with no verdict when the agent falls silent, dated by its last probe', () => {
    const { shard, records } = judgedShard([1]);
    shard.measured(1);
    shard.passes(TICK_MS).passes(60_000);
    expect(records.at(-1)?.changes).toEqual([
      { targetKey: 1, check: 1, agentId: AGENT, from: up, to: none, beganAtMs: START_MS, sampleAtMs: START_MS },
    ]);
  });

  it('end when the agent is no longer selected, and when the target is removed', () => {
    const { shard, records } = judgedShard([1, 2, 3]);
    for (const key of [1, 2]) shard.measured(key);
    select(shard, 1, []);
    const removed = shard.directory.removeTarget(2);
    if (removed) shard.state.onTargetRemoved(removed, shard.clock, placeOf(3));
    shard.directory.removeTarget(3);
    shard.passes(TICK_MS);
    const ends = records.flatMap(({ changes }) => changes.map(({ targetKey, from, to }) => [targetKey, from, to]));
    expect(ends).toEqual([
      [1, none, up],
      [1, up, unassigned],
      [2, none, up],
      [2, up, unassigned],
    ]);
  });

  it('leave out checks that expect no answer', () => {
    const { shard, records } = judgedShard([1]);
    shard.measured(1);
    shard.passes(TICK_MS);
    const checks = [{ check: 1, type: 'tcp_connect', expect: 'unreachable', port: 23 }] as const;
    for (const target of shard.directory.applyPolicy({ ...policyFact('fast', 5_000), checks: [...checks] }))
      shard.state.onTarget(target, shard.clock, placeOf(2));
    shard.measured(1, OUTCOME.reply);
    shard.passes(TICK_MS);
    expect(records.slice(1).map(({ changes }) => changes.map(({ from, to }) => [from, to]))).toEqual([[[up, none]]]);
  });

  it('of 100,000 pairs together are bounded records without gaps, also without ticks', () => {
    const { pairs, targets, log, records } = manyPairs(1_000, 100);
    const [sampleMs, noRtt] = [Float64Array.of(START_MS), Uint32Array.of(0)];
    const judgeAll = (outcome: number): void => {
      for (const target of targets)
        for (const { slot, policy } of target.pairs) {
          const result = { sampleMs, rttUs: noRtt, details: new Map(), outcome: Uint8Array.of(outcome) };
          judgeResult(pairs, slot, { ...result, policy: [{ ...policy, missesToFail: 1 }] }, 0, 0);
          pairs.setFreshness(slot, FRESHNESS.fresh);
          log.noteSlot(slot, target);
          log.sealFull(CLOCK, placeOf(1));
        }
    };
    judgeAll(OUTCOME.reply);
    expect(records).toHaveLength(Math.floor(100_000 / PAIR_CHANGES_MAX));
    judgeAll(OUTCOME.timeout);
    log.sealAll(CLOCK, placeOf(2));
    expect(records.map(({ changeSeq }) => changeSeq)).toEqual(records.map((_, at) => at + 1));
    expect(Math.max(...records.map((each) => each.pairs))).toBe(PAIR_CHANGES_MAX);
    expect(records.reduce((sum, each) => sum + each.pairs, 0)).toBe(200_000);
  });

  it('that wait are part of the checkpoint: a replay seals the same bytes', () => {
    const { shard, records } = judgedShard([1, 2]);
    shard.measured(1);
    shard.passes(TICK_MS).measured(2);
    const sink = new RecordingSink();
    const restored = new StatusState(() => shard.directory, sink);
    for (const target of shard.directory.inOrder())
      for (const { slot } of target.pairs) restored.onPairAssigned(slot, target, shard.clock);
    restored.restore(shard.state.checkpoint());
    expect(restored.checkpoint()).toEqual(shard.state.checkpoint());
    shard.passes(TICK_MS);
    restored.onTick(shard.clock, placeOf(0));
    expect(sink.pairRecords).toEqual(records.slice(1));
    expect(restored.pairChanges.current).toEqual(shard.state.pairChanges.current);
  });

  it('restart after the checkpoint of a release without them', () => {
    const { shard, records } = judgedShard([1, 2]);
    shard.measured(1);
    const checkpoint = shard.state.checkpoint();
    const { pairChanges: _missing, ...head } = checkpoint.head as Record<string, unknown>;
    shard.state.restore({ ...checkpoint, head });
    shard.passes(TICK_MS);
    expect(records).toMatchObject([{ restarts: true, changeSeq: 1, changes: [{ targetKey: 1, from: none, to: up }] }]);
  });
});
