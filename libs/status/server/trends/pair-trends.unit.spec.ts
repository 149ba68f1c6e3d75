import { describe, expect, it } from 'vitest';
import { AGENT, placeOf, START_MS } from '../status-shard.test-data';
import { VERDICT } from '../verdict';
import { INTERVAL_MS, pair, SLOW_US, thresholds } from './judged-pair.test-data';

describe('a pair that answers later than usual', () => {
  it('is degraded by the median of its last three round trips, since the first that was slow', () => {
    const late = pair().knows().rounds('....s');
    expect(late.verdict).toBe(VERDICT.up);
    late.rounds('s');
    expect(late.verdict).toBe(VERDICT.degraded);
    expect(late.sinceRounds).toBe(1);
    expect(late.cause).toEqual({
      ...{ cause: 'slow', by: 'pair', lost: 0, of: 0, rttUs: SLOW_US },
      ...{ medianUs: 20_000, spreadUs: 1_000, lossFloorPpm: 5_000 },
    });
    expect(late.sink.changes.at(-1)).toMatchObject({ to: 'degraded' });
  });

  it('is not degraded by single slow round trips, nor by fewer than three', () => {
    expect(pair().knows().rounds('..s..s..s').verdict).toBe(VERDICT.up);
    expect(pair().knows().rounds('ss').verdict).toBe(VERDICT.up);
    expect(pair().knows().rounds('sss').verdict).toBe(VERDICT.degraded);
  });

  it('is up again after three round trips in a row below m + 2s, since the first of them', () => {
    const late = pair().knows().rounds('...ss');
    expect(late.rounds('..').verdict).toBe(VERDICT.degraded);
    expect(late.rounds('...', 22_000).verdict).toBe(VERDICT.degraded);
    expect(late.rounds('..s..').verdict).toBe(VERDICT.degraded);
    expect(late.rounds('.').verdict).toBe(VERDICT.up);
    expect(late.sinceRounds).toBe(2);
  });

  it('is judged by the limit of its tier while too few results are known, and by its region if that is known', () => {
    const few = { samples: 23 };
    expect(pair().knows(few).rounds('....sss').verdict).toBe(VERDICT.up);
    const limited = pair().knows(few).limits({ latencyMs: 29, lossPercent: null }).rounds('....sss');
    expect(limited.verdict).toBe(VERDICT.degraded);
    expect(limited.cause).toMatchObject({ by: 'tier', rttUs: SLOW_US, medianUs: 0 });
    expect(limited.limits({ latencyMs: null, lossPercent: null }).rounds('...').verdict).toBe(VERDICT.up);
    const region = pair().knows({ samples: 0, flags: 1 }).rounds('....ss');
    expect(region.cause).toMatchObject({ by: 'region', medianUs: 20_000 });
  });

  it('is not judged by round trips of confirming probes', () => {
    expect(pair().knows().rounds('....x').confirms('...').verdict).toBe(VERDICT.up);
  });

  it('reports the targets whose stored cause changes with the thresholds', () => {
    const late = pair().knows().rounds('...ss');
    const before = late.sink.judged.length;
    late.knows();
    expect(late.sink.judged).toHaveLength(before);
    late.knows({ medianUs: 21_000 });
    expect(late.sink.judged).toHaveLength(before + 1);
  });
});

describe('a pair that loses more than usual', () => {
  it('is degraded at the fifth loss of ten, since the first of them', () => {
    const lossy = pair().knows().rounds('.......x.x.x.x');
    expect(lossy.verdict).toBe(VERDICT.up);
    lossy.rounds('.x');
    expect(lossy.verdict).toBe(VERDICT.degraded);
    expect(lossy.sinceRounds).toBe(8);
    expect(lossy.cause).toMatchObject({ cause: 'lossy', by: 'pair', lost: 5, of: 10, rttUs: 0, lossFloorPpm: 5_000 });
  });

  it('is up again when at most two of the last 30 rounds were lost, and forgets those before', () => {
    const lossy = pair().knows().rounds('.....x.x.x.x.x');
    lossy.rounds('.'.repeat(25));
    expect(lossy.verdict).toBe(VERDICT.degraded);
    lossy.rounds('.');
    expect(lossy.verdict).toBe(VERDICT.up);
    expect(lossy.rounds('x.x.x').verdict).toBe(VERDICT.up);
  });

  it('is judged by the loss that the tier allows while nothing is known', () => {
    const lossy = pair().limits({ latencyMs: null, lossPercent: 10 }).rounds('x.........'.repeat(6));
    expect(lossy.verdict).toBe(VERDICT.up);
    lossy.rounds('x');
    expect(lossy.cause).toMatchObject({ by: 'tier', lost: 6, of: 60 });
    expect(lossy.rounds('.'.repeat(30)).verdict).toBe(VERDICT.up);
    expect(pair().limits({ latencyMs: null, lossPercent: null }).rounds('x.'.repeat(32)).verdict).toBe(VERDICT.up);
  });

  it('has neither the misses of an outage among its losses, nor rounds from before a silence', () => {
    const down = pair()
      .knows()
      .rounds(`..........${'x'.repeat(20)}`);
    expect(down.verdict).toBe(VERDICT.down);
    expect(down.rounds('.').verdict).toBe(VERDICT.up);
    const silent = pair().knows().rounds('.......x.x.x.x');
    silent.shard.passes(60_000);
    expect(silent.rounds('.x').verdict).toBe(VERDICT.up);
  });

  it('is degraded again immediately after an outage that interrupted its loss', () => {
    const lossy = pair().knows().rounds('.....x.x.x.x.x.').rounds('xx');
    expect(lossy.verdict).toBe(VERDICT.down);
    expect(lossy.rounds('.').verdict).toBe(VERDICT.degraded);
    expect(lossy.sinceRounds).toBe(0);
  });

  it('has no losses by confirming probes', () => {
    expect(pair().knows().rounds('.........x').confirms('.x.x.x.x.x').verdict).toBe(VERDICT.up);
  });

  it('can be slow as well', () => {
    const both = pair().knows().rounds('....sx').rounds('sxsxsxsxs');
    expect(both.cause).toMatchObject({ cause: 'both', rttUs: SLOW_US, lost: 5, of: 10 });
  });
});

describe('a burst that confirms a miss', () => {
  it('makes the pair down at its first miss, since the miss before', () => {
    const down = pair().knows().rounds('...x').confirms('x');
    expect(down.verdict).toBe(VERDICT.down);
    expect(down.shard.state.pairs.verdictSinceMs(down.slot)).toBe(START_MS + 4 * INTERVAL_MS);
  });

  it('decides nothing where misses come in runs: the next round does', () => {
    const inRuns = pair().knows({ meanRunCenti: 150 }).rounds('...x').confirms('xxx');
    expect(inRuns.verdict).toBe(VERDICT.up);
    expect(inRuns.rounds('x').verdict).toBe(VERDICT.down);
    const cleared = pair().knows({ meanRunCenti: 150 }).rounds('...x').confirms('xx.');
    expect(cleared.rounds('x').verdict).toBe(VERDICT.up);
  });
});

describe('what is normal for a pair', () => {
  it('survives a restore with the rounds, and missing columns are nothing known', () => {
    const whole = pair().knows().rounds('.....x.x.x.x');
    const restored = pair();
    const part = whole.shard.state.checkpoint();
    restored.shard.clock = whole.shard.clock;
    restored.shard.state.restore(part);
    expect(restored.shard.state.checkpoint()).toEqual(part);
    expect([whole.rounds('.x').verdict, restored.rounds('.x').verdict]).toEqual([VERDICT.degraded, VERDICT.degraded]);
    expect(restored.shard.state.checkpoint()).toEqual(whole.shard.state.checkpoint());
    const older = pair();
    const { verdict, standing, lastVoteAgeMs, lastSampleMs } = part.columns;
    older.shard.clock = whole.shard.clock;
    older.shard.state.restore({ ...part, columns: { verdict, standing, lastVoteAgeMs, lastSampleMs } });
    expect(older.rounds('sss.x.x.x.x.x').verdict).toBe(VERDICT.up);
  });

  it('is forgotten with the pair, and kept by a warm-up', () => {
    const { shard, slot } = pair().knows().rounds('.....');
    const { pairs } = shard.state;
    const target = shard.directory.targets.get(1);
    if (!target) throw new Error('no target');
    pairs.warm(slot, shard.clock.ageMs);
    expect([pairs.trends.rows.isKnown(slot), pairs.trends.rows.roundsOf(slot).count]).toEqual([true, 0]);
    pairs.releasePair(slot);
    pairs.assignPair(slot, target, shard.clock.ageMs);
    expect(pairs.trends.rows.isKnown(slot)).toBe(false);
  });

  it('may be about pairs that are not assigned: such rows are dropped', () => {
    const { shard } = pair();
    const rows = { ...thresholds(), targetKey: Uint32Array.of(99) };
    shard.state.onThresholds(rows, placeOf(1));
    shard.state.onThresholds({ ...thresholds(), agentIds: [AGENT.replace('1', '9')] }, placeOf(1));
    expect(shard.state.pairs.trends.rows.isKnown(0)).toBe(false);
  });
});
