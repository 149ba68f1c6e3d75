import { describe, expect, it } from 'vitest';
import { staleShards } from './stale-shards';

const TIERS = [
  { name: 'fast', interval_ms: 5_000 },
  { name: 'standard', interval_ms: 15_000 },
];
const NEW = new Set<string>();
const age = (ageMs: number | null) => ({ judgedAtMs: ageMs === null ? null : 0, ageMs, storedAgeMs: ageMs });

describe('shards whose targets are not judged', () => {
  it('have judged nothing for three intervals of the tier', () => {
    const ages = [age(1_000), age(14_999), age(15_000), age(44_999), age(45_000)];
    expect(staleShards(ages, TIERS, 0, NEW).notJudged).toEqual([
      { tiers: ['fast'], shards: [2, 3, 4] },
      { tiers: ['standard'], shards: [4] },
    ]);
  });

  it('are grouped if they are the same for several tiers', () => {
    expect(staleShards([age(0), age(60_000)], TIERS, 0, NEW).notJudged).toEqual([
      { tiers: ['fast', 'standard'], shards: [1] },
    ]);
  });

  it('become stale while the database does not answer', () => {
    expect(staleShards([age(1_000)], TIERS, 13_000, NEW).notJudged).toEqual([]);
    expect(staleShards([age(1_000)], TIERS, 14_000, NEW).notJudged).toEqual([{ tiers: ['fast'], shards: [0] }]);
  });

  it('include shards that never judged, and shards whose last judgement is in the future after a clock was set back', () => {
    expect(staleShards([age(null), age(-3_600_000), age(-2_000)], TIERS, 0, NEW).notJudged).toEqual([
      { tiers: ['fast', 'standard'], shards: [0, 1] },
    ]);
  });

  it('stay stale until they are within two intervals again', () => {
    const { stale } = staleShards([age(16_000)], TIERS, 0, NEW);
    expect(staleShards([age(11_000)], TIERS, 0, stale).notJudged).toEqual([{ tiers: ['fast'], shards: [0] }]);
    expect(staleShards([age(11_000)], TIERS, 0, NEW).notJudged).toEqual([]);
    expect(staleShards([age(9_000)], TIERS, 0, stale).notJudged).toEqual([]);
  });
});
