import { describe, expect, it } from 'vitest';
import type { Plan } from './plan';
import { planOf } from './plan-of-seed';
import { shorten } from './shorten';
import { simulate } from './simulate';

/** Number of seeds that takes some seconds; `npm run simulate -- --seeds 10000` runs more. */
const SEEDS = 200;

const fails = async (plan: Plan): Promise<boolean> => (await simulate(plan)).violations.length > 0;

describe('the shard host in the simulator', () => {
  it(`keeps its invariants under the faults of ${SEEDS} seeds`, async () => {
    for (let seed = 1; seed <= SEEDS; seed++) {
      const { violations } = await simulate(planOf(seed));
      if (violations.length === 0) continue;
      const shortest = JSON.stringify(await shorten(planOf(seed), fails));
      expect(violations, `repeat with: npm run simulate -- --seed ${seed}; shortest plan: ${shortest}`).toEqual([]);
    }
    // Takes seconds alone, and longer while the machine is busy.
  }, 180_000);

  it('has the same outcome for the same seed', async () => {
    expect(await simulate(planOf(11))).toEqual(await simulate(planOf(11)));
  });
});
