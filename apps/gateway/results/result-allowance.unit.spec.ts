import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { ResultAllowance, UPLOAD_RESULTS_MAX } from './result-allowance';

describe('the results that an agent may send', () => {
  it('are the minimum at first, then follow its assignments', async () => {
    let assignedPerS = 200;
    let reads = 0;
    const allowance = new ResultAllowance({
      perSMin: 1_000,
      assignedPerS: () => {
        reads++;
        return Promise.resolve(assignedPerS);
      },
    });
    expect(allowance.available('a', 'live', 0)).toBe(60_000);
    allowance.spend('a', 60_000, 0);
    await turn();
    expect(allowance.available('a', 'live', 1_000)).toBe(2_000);
    expect(allowance.available('a', 'live', 3_600_000)).toBe(120_000);
    assignedPerS = 0;
    await turn();
    allowance.available('a', 'live', 3_700_000);
    await turn();
    expect(allowance.available('a', 'live', 3_700_000)).toBe(60_000);
    expect(reads).toBe(3);
    expect(allowance.available('b', 'live', 0)).toBe(60_000);
  });

  it('reserve a share for live results, and give the time to wait', () => {
    const allowance = new ResultAllowance({ perSMin: 1_000, assignedPerS: () => Promise.resolve(0) });
    expect(allowance.available('a', 'backfill', 0)).toBe(45_000);
    allowance.spend('a', 45_000, 0);
    expect(allowance.available('a', 'backfill', 0)).toBe(0);
    expect(allowance.available('a', 'live', 0)).toBe(15_000);
    expect(allowance.waitS('a', 'backfill', 5_500, 0)).toBe(6);
    expect(allowance.waitS('a', 'live', 5_500, 0)).toBe(1);
    // Kafka did not accept them.
    allowance.spend('a', -45_000, 0);
    expect(allowance.available('a', 'backfill', 0)).toBe(45_000);
  });

  it('are limited per upload, and do not depend on an available database', async () => {
    const allowance = new ResultAllowance({
      perSMin: 1_000_000,
      assignedPerS: () => Promise.reject(new Error('away')),
    });
    expect(allowance.available('a', 'live', 0)).toBe(UPLOAD_RESULTS_MAX);
    await turn();
    expect(allowance.available('a', 'live', 60_000)).toBe(UPLOAD_RESULTS_MAX);
  });
});
