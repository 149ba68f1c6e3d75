import { describe, expect, it } from 'vitest';
import { UncountedEffects } from './uncounted-effects';
import type { UncountedSum } from './uncounted-tables';

describe('the effects of results that are not counted', () => {
  const sum = (results: number, more: Partial<UncountedSum> = {}): UncountedSum => ({
    ...{ agentId: 'a', reason: 'late', minuteMs: 60_000, results, lastMs: 60_000 + results },
    ...more,
  });

  it('are summed per agent, reason and minute, and written at most once per second', async () => {
    let nowMs = 0;
    const written: UncountedSum[][] = [];
    const tables = {
      add: async (_rows: null, _shard: number, sums: readonly UncountedSum[]) => void written.push([...sums]),
    };
    const effects = new UncountedEffects(3, tables, () => nowMs);
    expect(effects.drainEffects(true)).toBeNull();
    for (const each of [sum(2), sum(3), sum(4, { minuteMs: 120_000 })]) effects.add(each);
    await effects.drainEffects(false)?.writeRows(null);
    expect(written).toEqual([[sum(5, { lastMs: 60_003 }), sum(4, { minuteMs: 120_000 })]]);
    effects.add(sum(1));
    expect(effects.drainEffects(false)).toBeNull();
    expect(effects.hasPending).toBe(true);
    nowMs += 1_000;
    expect(effects.drainEffects(false)?.rows).toBe(1);
    expect(effects.hasPending).toBe(false);
  });
});
