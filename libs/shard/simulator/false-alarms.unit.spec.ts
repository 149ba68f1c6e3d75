import { describe, expect, it } from 'vitest';
import { countFalseAlarms } from './false-alarms';

const ROUNDS = { seed: 1, targets: 400, rounds: 120, agents: 3 };

describe('targets that lose one packet in a hundred', () => {
  it('are never called down or degraded by three agents if losses are independent', async () => {
    expect(await countFalseAlarms({ ...ROUNDS, meanRun: 0 })).toEqual({ down: 0, degraded: 0 });
  });

  it('are hardly ever if losses come in runs of three', async () => {
    const { down, degraded } = await countFalseAlarms({ ...ROUNDS, meanRun: 3 });
    // At most 10 in 1,000,000 target-rounds are 0.5 in these 48,000.
    expect(down).toBeLessThanOrEqual(3);
    expect(degraded).toBe(0);
  });
});
