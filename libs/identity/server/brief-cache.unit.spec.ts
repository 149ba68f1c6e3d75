import { afterEach, describe, expect, it, vi } from 'vitest';
import { BriefCache } from './brief-cache';

describe('what is kept briefly', () => {
  afterEach(() => void vi.useRealTimers());

  it('is read once for all who ask meanwhile and shortly after', async () => {
    const read = vi.fn(() => Promise.resolve('here'));
    const cache = new BriefCache<string>(60_000, 10);
    expect(await Promise.all([cache.get('a', read), cache.get('a', read)])).toEqual(['here', 'here']);
    expect(await cache.get('a', read)).toBe('here');
    expect(read).toHaveBeenCalledTimes(1);
  });

  it('is no failure, and nothing that was forgotten while it was read', async () => {
    const cache = new BriefCache<string>(60_000, 10);
    await expect(cache.get('a', () => Promise.reject(new Error('away')))).rejects.toThrow('away');
    const slow = cache.get('a', () => Promise.resolve('old'));
    cache.forget('a');
    await slow;
    expect(await cache.get('a', () => Promise.resolve('new'))).toBe('new');
  });

  it('expires in time even if the wall clock is set back', async () => {
    vi.useFakeTimers({ toFake: ['Date', 'performance', 'setTimeout'] });
    const cache = new BriefCache<string>(5_000, 10);
    await cache.get('a', () => Promise.resolve('valid'));
    vi.setSystemTime(Date.now() - 3_600_000);
    await vi.advanceTimersByTimeAsync(6_000);
    expect(await cache.get('a', () => Promise.resolve('revoked'))).toBe('revoked');
  });
});
