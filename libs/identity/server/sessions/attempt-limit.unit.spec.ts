import { describe, expect, it } from 'vitest';
import { AttemptLimit } from './attempt-limit';

const limit = (keysMax = 10): AttemptLimit =>
  new AttemptLimit({ burst: 3, intervalMs: 10_000, intervalMsMax: 10_000, keysMax });

describe('attempts at a secret', () => {
  it('are refused after failures with the waiting time, and allowed again after it', () => {
    const attempts = limit();
    expect([1, 2, 3].map(() => attempts.takeToken('a', 0))).toEqual([null, null, null]);
    expect(attempts.takeToken('a', 0)).toBe(10);
    expect(attempts.takeToken('a', 5_000)).toBe(5);
    expect(attempts.takeToken('a', 10_000)).toBeNull();
    expect(attempts.takeToken('a', 10_000)).toBe(10);
  });

  it('wait twice as long after each further failure, up to a limit, until a success or a long time without any', () => {
    let nowMs = 0;
    const attempts = new AttemptLimit({ burst: 2, intervalMs: 10_000, intervalMsMax: 60_000, keysMax: 10 });
    const fail = (): number | null => {
      while (attempts.takeToken('a', nowMs) === null);
      return attempts.takeToken('a', nowMs);
    };
    for (const waitS of [20, 40, 60, 60]) {
      expect(fail()).toBe(waitS);
      nowMs += waitS * 1_000;
    }
    attempts.forgetKey('a');
    expect(fail()).toBe(20);
    nowMs += 3_600_000;
    expect(fail()).toBe(20);
  });

  it('cost no token when they succeed', () => {
    const attempts = limit();
    for (let attempt = 0; attempt < 100; attempt += 1) {
      expect(attempts.takeToken('a', 0)).toBeNull();
      attempts.giveBack('a', 0);
    }
  });

  it('are counted per key', () => {
    const attempts = limit();
    for (let attempt = 0; attempt < 5; attempt += 1) attempts.takeToken('a', 0);
    expect(attempts.takeToken('b', 0)).toBeNull();
  });

  it('are stored for a bounded number of keys', () => {
    const attempts = limit(2);
    for (let attempt = 0; attempt < 3; attempt += 1) attempts.takeToken('a', 0);
    attempts.takeToken('b', 0);
    expect(attempts.takeToken('a', 0)).toBe(10);
    attempts.takeToken('c', 0);
    expect(attempts.takeToken('a', 0)).toBe(10);
    expect([attempts.takeToken('b', 0), attempts.takeToken('b', 0), attempts.takeToken('b', 0)]).toEqual([
      null,
      null,
      null,
    ]);
  });
});
