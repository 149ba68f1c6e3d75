import { expect, it, vi } from 'vitest';
import { SparseWarnings } from './sparse-warnings';

it('logs the first warning immediately, the same one once per minute with the number of suppressed ones, and others separately', () => {
  let nowMs = 0;
  const warn = vi.fn();
  const warnings = new SparseWarnings({ warn }, () => nowMs);
  const refused = new Error('connect ECONNREFUSED');
  for (nowMs = 0; nowMs <= 60_000; nowMs += 1_000) warnings.warn('waits for Redis', refused);
  expect(warn.mock.calls).toEqual([
    [{ err: refused }, 'waits for Redis'],
    [{ err: refused, leftOut: 59 }, 'waits for Redis'],
  ]);
  const denied = new Error('WRONGPASS');
  warnings.warn('waits for Redis', denied);
  expect(warn).toHaveBeenLastCalledWith({ err: denied }, 'waits for Redis');
});
