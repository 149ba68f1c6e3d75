import { describe, expect, it } from 'vitest';
import { settlesWithin } from './settles-within';

describe('settlesWithin', () => {
  it('ends with the work, whether that succeeds or fails', async () => {
    expect(await settlesWithin(Promise.resolve(), 3_600_000)).toBe(true);
    expect(await settlesWithin(Promise.reject(new Error('failed')), 3_600_000)).toBe(true);
  });

  it('ends without work that hangs', async () => {
    expect(await settlesWithin(new Promise(() => undefined), 1)).toBe(false);
  });
});
