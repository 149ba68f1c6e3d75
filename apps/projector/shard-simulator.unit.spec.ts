import { describe, expect, it } from 'vitest';
import { planOf, shorten, simulate } from './shard-simulator';

const SEEDS = 300;

describe('the shard simulator', () => {
  it(`finds nothing different after crashes, takeovers and a disturbed log, ${SEEDS} seeds`, async () => {
    for (let seed = 1; seed <= SEEDS; seed++) {
      const { differences } = await simulate(planOf(seed));
      if (differences.length > 0) {
        const shortest = await shorten(planOf(seed));
        expect(differences, `seed ${seed}; shortest: ${JSON.stringify(shortest)}`).toEqual([]);
      }
    }
    // Seconds by itself; more beside whatever else the machine does.
  }, 180_000);
});
