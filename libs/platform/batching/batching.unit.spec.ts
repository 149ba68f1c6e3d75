import { describe, expect, it } from 'vitest';
import { Batching } from './index';

describe('batching', () => {
  const held: { questions: number[]; release(): void }[] = [];
  const batching = (batchMax: number, concurrentMax: number): Batching<number, string> =>
    new Batching({ batchMax, concurrentMax }, async (questions) => {
      await new Promise<void>((release) => held.push({ questions, release }));
      if (questions.includes(13)) throw new Error('thirteen');
      return questions.map((question) => `a${question}`);
    });

  it('answers what comes together by one call, and what comes meanwhile by the next', async () => {
    const calls = batching(3, 1);
    const first = [1, 2].map((question) => calls.ask(question));
    await expect.poll(() => held.length).toBe(1);
    const later = [3, 4, 5, 6].map((question) => calls.ask(question));
    held[0].release();
    expect(await Promise.all(first)).toEqual(['a1', 'a2']);
    await expect.poll(() => held.length).toBe(2);
    held[1].release();
    await expect.poll(() => held.length).toBe(3);
    held[2].release();
    expect(await Promise.all(later)).toEqual(['a3', 'a4', 'a5', 'a6']);
    expect(held.splice(0).map(({ questions }) => questions)).toEqual([[1, 2], [3, 4, 5], [6]]);
  });

  it('fails those of a batch that failed, and goes on', async () => {
    const calls = batching(1, 2);
    const answers = Promise.allSettled([13, 14, 15].map((question) => calls.ask(question)));
    for (let at = 0; at < 3; at++) {
      await expect.poll(() => held.length).toBeGreaterThan(at);
      held[at].release();
    }
    expect((await answers).map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
    held.length = 0;
  });
});
