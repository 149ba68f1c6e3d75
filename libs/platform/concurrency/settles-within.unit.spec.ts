import { describe, expect, it } from 'vitest';
import { settlesWithin } from './settles-within';

describe('settlesWithin', () => {
  it('returns true when the work succeeds or fails', async () => {
    expect(await settlesWithin(Promise.resolve(), 3_600_000)).toBe(true);
    expect(await settlesWithin(Promise.reject(new Error('failed')), 3_600_000)).toBe(true);
  });

  it('returns false when the work hangs', async () => {
    expect(await settlesWithin(new Promise(() => undefined), 1)).toBe(false);
  });
});
