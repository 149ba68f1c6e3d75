import { describe, expect, it } from 'vitest';
import { doEach } from './do-each';

describe('doEach', () => {
  const done: number[] = [];
  const does = (step: number) => async () => void done.push(step);
  const fails = (message: string) => () => Promise.reject(new Error(message));

  it('runs all steps even if some fail, then throws all errors', async () => {
    await doEach([does(1), does(2)]);
    await expect(doEach([fails('first'), does(3)])).rejects.toThrow(/^first$/);
    await expect(doEach([fails('first'), does(4), fails('second'), does(5)])).rejects.toThrow('first; second');
    expect(done).toEqual([1, 2, 3, 4, 5]);
  });
});
