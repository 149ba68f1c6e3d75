import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Claim, Leader, type Term } from './leader';

/** A claim that is always granted. A term lasts until `giveUp` or `lose` is called. */
class FreeClaim implements Claim<Term> {
  readonly name = 'test';
  lose = (): void => undefined;

  claimLeadership(): Promise<Term> {
    const lost = new AbortController();
    this.lose = () => lost.abort(new Error('lost'));
    return Promise.resolve({ epoch: null, lost: lost.signal, giveUp: () => Promise.resolve() });
  }
}

describe('a leader whose work fails', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('increases the back-off with each failure, and resets it after work that lasted', async () => {
    let starts = 0;
    let isSound = false;
    const claim = new FreeClaim();
    const leader = new Leader(claim, () => {
      starts += 1;
      if (!isSound) throw new Error('the cursor is missing');
    });
    leader.start();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(starts).toBeGreaterThan(5);
    expect(starts).toBeLessThan(40);
    isSound = true;
    await vi.advanceTimersByTimeAsync(5_000);
    expect(leader.leads).toBe(true);
    starts = 0;
    claim.lose();
    await vi.advanceTimersByTimeAsync(200);
    expect(starts).toBe(1);
    await Promise.all([leader.stop(), vi.advanceTimersByTimeAsync(1)]);
  });
});
