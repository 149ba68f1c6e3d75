import { describe, expect, it } from 'vitest';
import { Deadlock, type LockMode, RowLocks } from './row-locks';

async function isGranted(locks: RowLocks<string>, owner: string, row: number, mode: LockMode): Promise<boolean> {
  let granted = false;
  void locks.acquire(owner, row, mode).then(() => (granted = true));
  await Promise.resolve();
  return granted;
}

describe('row locks', () => {
  it.each<[held: LockMode, asked: LockMode, granted: boolean]>([
    ['FOR KEY SHARE', 'FOR NO KEY UPDATE', true],
    ['FOR KEY SHARE', 'FOR UPDATE', false],
    ['FOR SHARE', 'FOR SHARE', true],
    ['FOR SHARE', 'FOR NO KEY UPDATE', false],
    ['FOR NO KEY UPDATE', 'FOR KEY SHARE', true],
    ['FOR NO KEY UPDATE', 'FOR NO KEY UPDATE', false],
    ['FOR UPDATE', 'FOR KEY SHARE', false],
  ])('held %s, asked %s by another: granted %s', async (held, asked, granted) => {
    const locks = new RowLocks<string>();
    await locks.acquire('a', 1, held);
    expect(await isGranted(locks, 'b', 1, asked)).toBe(granted);
    expect(await isGranted(locks, 'b', 2, asked)).toBe(true);
  });

  it('are granted to the next transaction when their owner ends', async () => {
    const locks = new RowLocks<string>();
    await locks.acquire('a', 1, 'FOR UPDATE');
    const next = locks.acquire('b', 1, 'FOR UPDATE');
    locks.releaseLocks('a');
    await next;
    expect(await isGranted(locks, 'c', 1, 'FOR KEY SHARE')).toBe(false);
  });

  it('refuse the wait that closes a cycle', async () => {
    const locks = new RowLocks<string>();
    await locks.acquire('a', 1, 'FOR UPDATE');
    await locks.acquire('b', 2, 'FOR UPDATE');
    const first = locks.acquire('a', 2, 'FOR UPDATE');
    await expect(locks.acquire('b', 1, 'FOR UPDATE')).rejects.toThrow(Deadlock);
    locks.releaseLocks('b');
    await first;
  });
});
