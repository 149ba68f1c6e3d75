import { describe, expect, it } from 'vitest';
import { FairTurns } from './fair-turns';

const refusal = (): Error => new Error('full');

/** Work that waits until the test releases it. */
function gate(): { work: () => Promise<string>; open: () => void } {
  const { promise, resolve } = Promise.withResolvers<string>();
  return { work: () => promise, open: () => resolve('done') };
}

describe('turns', () => {
  it('refuse a caller that fills the queue alone', async () => {
    const turns = new FairTurns({ atOnceMax: 1, waitingMax: 2, refusal });
    const { work, open } = gate();
    const all = Promise.allSettled(Array.from({ length: 5 }, () => turns.runInTurn('crowd', work)));
    open();
    expect((await all).map(({ status }) => status)).toEqual([
      'fulfilled',
      'fulfilled',
      'fulfilled',
      'rejected',
      'rejected',
    ]);
  });

  it('are given to another caller although one caller has filled the queue', async () => {
    const turns = new FairTurns({ atOnceMax: 1, waitingMax: 3, refusal });
    const { work, open } = gate();
    const crowd = Promise.allSettled(Array.from({ length: 4 }, () => turns.runInTurn('crowd', work)));
    const other = turns.runInTurn('other', work);
    open();
    await expect(other).resolves.toBe('done');
    expect((await crowd).filter(({ status }) => status === 'rejected')).toHaveLength(1);
  });

  it('continue after a task failed', async () => {
    const turns = new FairTurns({ atOnceMax: 1, waitingMax: 1, refusal });
    await expect(turns.runInTurn('a', () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    await expect(turns.runInTurn('a', () => Promise.resolve('done'))).resolves.toBe('done');
  });
});
