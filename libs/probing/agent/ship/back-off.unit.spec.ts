import { describe, expect, it } from 'vitest';
import { BackOff } from './back-off';
import { WakeUp } from './wake-up';

describe('the back-off', () => {
  it('doubles up to its bound, begins anew after a success, and never comes before Retry-After', () => {
    const backOff = new BackOff({ firstMs: 100, maxMs: 1_000, random: () => 1 });
    expect([1, 2, 3, 4, 5, 6].map(() => backOff.failed())).toEqual([100, 200, 400, 800, 1_000, 1_000]);
    expect(backOff.failed('7')).toBe(8_000);
    expect(backOff.failed('999999')).toBe(301_000);
    expect(backOff.failed('Wed, 21 Oct 2026 07:28:00 GMT')).toBe(1_000);
    backOff.succeeded();
    expect(backOff.failed()).toBe(100);
  });

  it('spreads by jitter over half of the wait', () => {
    const shortest = new BackOff({ firstMs: 100, maxMs: 1_000, random: () => 0 });
    expect(shortest.failed()).toBe(50);
  });
});

describe('a wake-up', () => {
  it('is not lost when it comes before the sleep, and ends one that is under way', async () => {
    const wakeUp = new WakeUp();
    const { signal } = new AbortController();
    wakeUp.wake();
    await wakeUp.sleep(60_000, signal);
    const sleep = wakeUp.sleep(60_000, signal);
    wakeUp.wake();
    await sleep;
  });

  it('ends with the signal', async () => {
    const stop = new AbortController();
    const sleep = new WakeUp().sleep(60_000, stop.signal);
    stop.abort();
    await sleep;
    await new WakeUp().sleep(60_000, stop.signal);
  });
});
