import { describe, expect, it } from 'vitest';
import { StatusEffects } from './status-effects';
import { JudgedShard, placeOf, RecordingSink, RecordingTables } from './status-shard.test-data';

function setUp() {
  const tables = new RecordingTables();
  let commits = 0;
  let pairCommits = 0;
  let letters = 'u';
  const verdicts = { agents: [], checks: [], sinceMs: [] };
  const effects = new StatusEffects(0, tables, () => ({ ...verdicts, letters }), {
    statuses: () => void commits++,
    pairs: () => void pairCommits++,
  });
  const sink = new RecordingSink();
  const shard = new JudgedShard(sink).addTargets([1]);
  shard.measured(1);
  const change = sink.changes[sink.changes.length - 1];
  const { target } = change;
  return {
    tables,
    effects,
    change,
    target,
    commits: () => commits,
    pairCommits: () => pairCommits,
    judgeAs: (letter: string) => void (letters = letter),
  };
}

describe('status effects', () => {
  it('are kept until they are drained, and drained once', async () => {
    const { tables, effects, change, target } = setUp();
    expect(effects.drainEffects()).toBeNull();
    effects.statusChanged(change);
    effects.verdictsChanged(target, placeOf(1));
    expect(effects.size).toBe(2);
    const write = effects.drainEffects();
    expect(effects.size).toBe(0);
    expect(effects.drainEffects()).toBeNull();
    await write?.writeRows(null);
    expect(tables.statements).toEqual(['verdicts 1:u', 'changes 1']);
    expect(tables.changes).toMatchObject([{ change_seq: change.changeSeq, from_status: 'unknown', to_status: 'up' }]);
  });

  it('are empty for records that are already committed', () => {
    const { effects, change, target } = setUp();
    const alreadyCommitted = placeOf(1, true);
    effects.statusChanged({ ...change, place: alreadyCommitted });
    effects.verdictsChanged(target, alreadyCommitted);
    effects.targetRemoved(target, { status: 'up', reason: 'quorum_up' }, 0, 9, alreadyCommitted);
    expect(effects.size).toBe(0);
  });

  it('write the verdicts at the time of the write', async () => {
    const { tables, effects, target, judgeAs } = setUp();
    effects.verdictsChanged(target, placeOf(1));
    const write = effects.drainEffects();
    judgeAs('d');
    await write?.writeRows(null);
    expect(tables.statements).toEqual(['verdicts 1:d']);
  });

  it('of a removed target are its last change and the deletion of its verdicts', async () => {
    const { tables, effects, target } = setUp();
    effects.verdictsChanged(target, placeOf(1));
    effects.targetRemoved(target, { status: 'up', reason: 'quorum_up' }, 0, 9, placeOf(2));
    await effects.drainEffects()?.writeRows(null);
    expect(tables.statements).toEqual(['forget 1', 'changes 1']);
    expect(tables.changes).toMatchObject([{ change_seq: 9, removed: true, to_status: 'unknown' }]);
  });

  it('of pairs are written in the same transaction, and wake their own publisher', async () => {
    const { tables, effects, change, commits, pairCommits } = setUp();
    const record = { changeSeq: 4, chain: 5, atMs: 6, pairs: 7, body: Uint8Array.of(1) };
    effects.pairsChanged(record, placeOf(1, true));
    expect(effects.size).toBe(0);
    effects.statusChanged(change);
    effects.pairsChanged(record, placeOf(2));
    const write = effects.drainEffects();
    expect(write?.rows).toBe(2);
    await write?.writeRows(null);
    expect(tables.statements).toEqual(['changes 1', 'pairs 4:7']);
    write?.afterCommit?.();
    expect([commits(), pairCommits()]).toEqual([1, 1]);
    effects.pairsChanged(record, placeOf(3));
    effects.drainEffects()?.afterCommit?.();
    expect([commits(), pairCommits()]).toEqual([1, 2]);
  });

  it('of results that are late are one interval of quarter hours per target, written once for some records', async () => {
    const { tables, effects } = setUp();
    const minute = 60_000;
    const late = (key: number, minutes: number, offset: number): void =>
      effects.resultLate(key, 'a', minutes * minute, placeOf(offset));
    for (const minutes of [40, 16, 31]) late(7, minutes, 1);
    late(3, 1, 1);
    effects.resultLate(9, 'a', 1, placeOf(1, true));
    expect(effects.size).toBe(2);
    const drain = async (): Promise<string[]> => {
      await effects.drainEffects()?.writeRows(null);
      return tables.statements.splice(0);
    };
    expect(await drain()).toEqual([`late 3:0-${15 * minute - 1},7:${15 * minute}-${45 * minute - 1}`]);
    late(7, 20, 30);
    expect(await drain()).toEqual([]);
    late(7, 50, 31);
    expect(await drain()).toEqual([`late 7:${45 * minute}-${60 * minute - 1}`]);
    late(7, 50, 82);
    expect(await drain()).toHaveLength(1);
  });

  it('wake the publisher only after commits with changes', () => {
    const { effects, change, target, commits } = setUp();
    effects.verdictsChanged(target, placeOf(1));
    effects.drainEffects()?.afterCommit?.();
    expect(commits()).toBe(0);
    effects.statusChanged(change);
    effects.drainEffects()?.afterCommit?.();
    expect(commits()).toBe(1);
  });
});
