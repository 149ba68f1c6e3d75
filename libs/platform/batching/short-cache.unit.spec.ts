import { afterEach, describe, expect, it, vi } from 'vitest';
import { keptByCost, ShortCache } from './short-cache';

const keptForAMinute = (): ShortCache<string> => new ShortCache({ entriesMax: 10, keptMs: () => 60_000 });

describe('a short cache', () => {
  afterEach(() => void vi.useRealTimers());

  it('reads once for all callers during the read and shortly after it', async () => {
    const read = vi.fn(() => Promise.resolve('here'));
    const cache = keptForAMinute();
    expect(await Promise.all([cache.get('a', read), cache.get('a', read)])).toEqual(['here', 'here']);
    expect(await cache.get('a', read)).toBe('here');
    expect(read).toHaveBeenCalledTimes(1);
  });

  it('keeps neither failures nor answers of keys that were forgotten or expired during the read', async () => {
    const cache = keptForAMinute();
    await expect(cache.get('a', () => Promise.reject(new Error('away')))).rejects.toThrow('away');
    for (const drop of [() => cache.forgetKey('a'), () => cache.expireAll()]) {
      const slow = cache.get('a', () => Promise.resolve('old'));
      drop();
      await slow;
      expect(await cache.get('a', () => Promise.resolve('new'))).toBe('new');
      cache.forgetKey('a');
    }
  });

  it('keeps failures if configured, so that not every caller queries an unavailable source', async () => {
    const cache = new ShortCache<string>({ entriesMax: 1, keptMs: () => 60_000, keepsFailures: true });
    await expect(cache.get('a', () => Promise.reject(new Error('away')))).rejects.toThrow('away');
    await expect(cache.get('a', () => Promise.resolve('here'))).rejects.toThrow('away');
  });

  it('reads again when an answer has expired, also if the wall clock was set back', async () => {
    vi.useFakeTimers({ toFake: ['Date', 'performance', 'setTimeout'] });
    const cache = new ShortCache<string>({ entriesMax: 10, keptMs: () => 5_000 });
    await cache.get('a', () => Promise.resolve('valid'));
    vi.setSystemTime(Date.now() - 3_600_000);
    await vi.advanceTimersByTimeAsync(4_999);
    expect(await cache.get('a', () => Promise.resolve('revoked'))).toBe('valid');
    await vi.advanceTimersByTimeAsync(1);
    expect(await cache.get('a', () => Promise.resolve('revoked'))).toBe('revoked');
  });

  it('keeps an answer longer if its read took longer', async () => {
    vi.useFakeTimers({ toFake: ['performance', 'setTimeout'] });
    const slow = (text: string) => (): Promise<string> => new Promise((resolve) => setTimeout(resolve, 1_000, text));
    const cache = new ShortCache<string>({ entriesMax: 10, keptMs: keptByCost(5_000) });
    const first = cache.get('a', slow('first'));
    await vi.advanceTimersByTimeAsync(1_000 + 19_999);
    expect(await first).toBe('first');
    expect(await cache.get('a', slow('second'))).toBe('first');
    await vi.advanceTimersByTimeAsync(1);
    const second = cache.get('a', slow('second'));
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await second).toBe('second');
  });

  it('does not keep an answer that isKept rejects, but recalls it', async () => {
    const options = {
      entriesMax: 1,
      keptMs: () => 60_000,
      recalledMs: 60_000,
      isKept: (answer: string) => answer !== 'no',
    };
    const cache = new ShortCache<string>(options);
    expect(await cache.get('a', () => Promise.resolve('no'))).toBe('no');
    expect(cache.recallStale('a')).toBe('no');
    expect(await cache.get('a', () => Promise.resolve('yes'))).toBe('yes');
    expect(await cache.get('a', () => Promise.resolve('no'))).toBe('yes');
  });

  it('reads again while an earlier read hangs', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    const cache = new ShortCache<string>({ entriesMax: 1, keptMs: () => 60_000, sharedMs: 5_000 });
    let arrive = (_text: string): void => undefined;
    const hung = cache.get('a', () => new Promise((resolve) => (arrive = resolve)));
    vi.advanceTimersByTime(4_999);
    expect(cache.get('a', () => Promise.resolve('new'))).toBe(hung);
    vi.advanceTimersByTime(1);
    expect(await cache.get('a', () => Promise.resolve('new'))).toBe('new');
    arrive('late');
    expect(await hung).toBe('late');
    expect(await cache.get('a', () => Promise.resolve('newer'))).toBe('new');
  });

  it('recalls answers for some minutes, for a limited number of keys', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    const cache = new ShortCache<string>({ entriesMax: 2, keptMs: () => 0, recalledMs: 600_000 });
    await cache.get('a', () => Promise.resolve('A'));
    await cache.get('b', () => Promise.resolve('B'));
    vi.advanceTimersByTime(599_999);
    expect(cache.recallStale('a')).toBe('A');
    await expect(cache.get('a', () => Promise.reject(new Error('away')))).rejects.toThrow('away');
    expect(cache.recallStale('a')).toBe('A');
    await cache.get('a', () => Promise.resolve('A'));
    await cache.get('c', () => Promise.resolve('C'));
    cache.expireAll();
    expect([cache.recallStale('a'), cache.recallStale('b'), cache.recallStale('c')]).toEqual(['A', undefined, 'C']);
    cache.forgetKey('c');
    expect(cache.recallStale('c')).toBeUndefined();
    vi.advanceTimersByTime(600_000);
    expect(cache.recallStale('a')).toBeUndefined();
  });
});
