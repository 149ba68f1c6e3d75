import { describe, expect, it, vi } from 'vitest';
import { Batching } from './index';

describe('batching', () => {
  const held: { questions: number[]; release(): void }[] = [];
  const batching = (batchMax: number, concurrentMax: number): Batching<number, string> =>
    new Batching({ batchMax, concurrentMax }, async (questions) => {
      await new Promise<void>((release) => held.push({ questions, release }));
      if (questions.includes(13)) throw new Error('thirteen');
      return questions.map((question) => `a${question}`);
    });

  it('answers simultaneous questions by one call, and questions that arrive meanwhile by the next', async () => {
    const calls = batching(3, 1);
    const first = [1, 2].map((question) => calls.askBatched(question));
    await expect.poll(() => held.length).toBe(1);
    const later = [3, 4, 5, 6].map((question) => calls.askBatched(question));
    held[0].release();
    expect(await Promise.all(first)).toEqual(['a1', 'a2']);
    await expect.poll(() => held.length).toBe(2);
    held[1].release();
    await expect.poll(() => held.length).toBe(3);
    held[2].release();
    expect(await Promise.all(later)).toEqual(['a3', 'a4', 'a5', 'a6']);
    expect(held.splice(0).map(({ questions }) => questions)).toEqual([[1, 2], [3, 4, 5], [6]]);
  });

  it('fails all questions of a failed batch, and continues', async () => {
    const calls = batching(1, 2);
    const answers = Promise.allSettled([13, 14, 15].map((question) => calls.askBatched(question)));
    for (let at = 0; at < 3; at++) {
      await expect.poll(() => held.length).toBeGreaterThan(at);
      held[at].release();
    }
    expect((await answers).map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
    held.length = 0;
  });

  it('never processes two questions of one key at the same time, and keeps their order', async () => {
    const calls: { questions: string[]; release(): void }[] = [];
    const batching = new Batching<string, string>(
      { batchMax: 10, concurrentMax: 2, keyOf: (question) => question[0] },
      async (questions) => {
        await new Promise<void>((release) => calls.push({ questions, release }));
        return questions;
      },
    );
    const answers = ['a1', 'b1', 'a2', 'a3'].map((question) => batching.askBatched(question));
    await expect.poll(() => calls.length).toBe(1);
    answers.push(batching.askBatched('b2'), batching.askBatched('c1'));
    await expect.poll(() => calls.length).toBe(2);
    for (let at = 0; at < 4; at++) {
      await expect.poll(() => calls.length).toBeGreaterThan(at);
      calls[at].release();
    }
    expect(await Promise.all(answers)).toEqual(['a1', 'b1', 'a2', 'a3', 'b2', 'c1']);
    expect(calls.map(({ questions }) => questions)).toEqual([['a1', 'b1'], ['c1'], ['a2', 'b2'], ['a3']]);
  });

  it('can answer and refuse single questions before the others', async () => {
    const rest = Promise.withResolvers<void>();
    const batching = new Batching<number, string>({ batchMax: 3, concurrentMax: 1 }, async (_questions, asked) => {
      asked[0].answerWith('early');
      asked[1].failWith(new Error('refused'));
      await rest.promise;
      asked[2].answerWith('late');
      return undefined;
    });
    const [first, second, third] = [1, 2, 3].map((question) => batching.askBatched(question));
    await expect(first).resolves.toBe('early');
    await expect(second).rejects.toThrow('refused');
    rest.resolve();
    await expect(third).resolves.toBe('late');
  });

  it('gathers questions between two batches until the interval is over or enough are waiting', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    const batches: number[][] = [];
    const gather = { everyMs: 100, fullWeight: 10, weightOf: (question: number) => question };
    const batching = new Batching<number, void>({ batchMax: Infinity, concurrentMax: 1, gather }, (questions) => {
      batches.push(questions);
      return Promise.resolve(questions.map(() => undefined));
    });
    await batching.askBatched(1);
    const gathered = [batching.askBatched(2), batching.askBatched(3)];
    await vi.advanceTimersByTimeAsync(99);
    expect(batches).toEqual([[1]]);
    await vi.advanceTimersByTimeAsync(1);
    await Promise.all(gathered);
    expect(batches).toEqual([[1], [2, 3]]);
    await Promise.all([batching.askBatched(4), batching.askBatched(6)]);
    expect(batches).toEqual([[1], [2, 3], [4, 6]]);
    vi.useRealTimers();
  });

  it('fails waiting questions when a batch fails, if failWaiting is set', async () => {
    let calls = 0;
    const failure = Promise.withResolvers<number[]>();
    const batching = new Batching<number, number>(
      { batchMax: 1, concurrentMax: 1, failWaiting: (error) => new Error('behind', { cause: error }) },
      (questions) => (calls++ === 0 ? failure.promise : Promise.resolve(questions)),
    );
    const first = batching.askBatched(1);
    await expect.poll(() => calls).toBe(1);
    const second = batching.askBatched(2);
    failure.reject(new Error('away'));
    await expect(first).rejects.toThrow('away');
    await expect(second).rejects.toThrow('behind');
    await expect(batching.askBatched(3)).resolves.toBe(3);
    expect(calls).toBe(2);
  });
});
