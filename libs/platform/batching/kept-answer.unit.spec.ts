import { describe, expect, it } from 'vitest';
import { KeptAnswer } from './kept-answer';

describe('an answer that is kept', () => {
  it('is asked for once, however many want it at the same time and soon after', async () => {
    let asked = 0;
    const answer = new KeptAnswer(() => Promise.resolve(++asked), 60_000);
    expect(await Promise.all([answer.get(), answer.get()])).toEqual([1, 1]);
    expect(await answer.get()).toBe(1);
  });

  it('is asked for again when it is old, and a failure is told to those who asked', async () => {
    let asked = 0;
    const answer = new KeptAnswer(
      () => (++asked === 1 ? Promise.reject(new Error('away')) : Promise.resolve(asked)),
      -1e9,
    );
    await expect(answer.get()).rejects.toThrow('away');
    await expect.poll(() => answer.get().catch(() => 0)).toBeGreaterThan(1);
  });
});
