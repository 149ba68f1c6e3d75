import { describe, expect, it } from 'vitest';
import { aborted, BackOff, bounded, pause, WakeUp } from './index';

describe('the back-off', () => {
  it('doubles up to its maximum, and is reset by a success', () => {
    const backOff = new BackOff({ firstMs: 100, maxMs: 1_000, random: () => 1 });
    expect([1, 2, 3, 4, 5, 6].map(() => backOff.nextDelayMs())).toEqual([100, 200, 400, 800, 1_000, 1_000]);
    backOff.succeeded();
    expect(backOff.nextDelayMs()).toBe(100);
  });

  it('has jitter over half of the wait', () => {
    const shortest = new BackOff({ firstMs: 100, maxMs: 1_000, random: () => 0 });
    expect(shortest.nextDelayMs()).toBe(50);
  });
});

describe('bounded work', () => {
  it('settles as the work does, or rejects after the timeout', async () => {
    const late = (): Error => new Error('too late');
    expect(await bounded(Promise.resolve(7), 60_000, late)).toBe(7);
    await expect(bounded(Promise.reject(new Error('broken')), 60_000, late)).rejects.toThrow('broken');
    await expect(bounded(new Promise(() => undefined), 5, late)).rejects.toThrow('too late');
  });
});

describe('a wake-up', () => {
  it('is not lost if it comes before the sleep, and ends a sleep in progress', async () => {
    const wakeUp = new WakeUp();
    const { signal } = new AbortController();
    wakeUp.wakeSleeper();
    await wakeUp.sleepUntilWoken(60_000, signal);
    const sleep = wakeUp.sleepUntilWoken(60_000, signal);
    wakeUp.wakeSleeper();
    await sleep;
  });

  it('ends with the signal', async () => {
    const stop = new AbortController();
    const sleep = new WakeUp().sleepUntilWoken(60_000, stop.signal);
    stop.abort();
    await sleep;
    await new WakeUp().sleepUntilWoken(60_000, stop.signal);
    await new BackOff({ firstMs: 60_000, maxMs: 60_000 }).waitAfterFailure(stop.signal);
    await pause(60_000, stop.signal);
  });
});

describe('waiting for a signal', () => {
  it('ends with the abort, also if the signal was aborted before', async () => {
    const stop = new AbortController();
    const waiting = aborted(stop.signal);
    stop.abort();
    await waiting;
    await aborted(stop.signal);
  });
});
