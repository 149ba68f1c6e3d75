import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { calmLosses, LOSS_WINDOWS, lossesIn, lossyByPercent, lossyWindow, requiredLosses } from './loss-windows';

/** Returns rounds of a text, oldest first: `x` is a miss. */
function roundsOf(text: string): { recent: number; older: number; count: number } {
  const rounds = { recent: 0, older: 0, count: text.length };
  for (const letter of text) {
    rounds.older = ((rounds.older << 1) | (rounds.recent >>> 31)) >>> 0;
    rounds.recent = ((rounds.recent << 1) | (letter === 'x' ? 1 : 0)) >>> 0;
  }
  return rounds;
}

function choose(n: number, k: number): bigint {
  let ways = 1n;
  for (let at = 1; at <= k; at++) ways = (ways * BigInt(n - at + 1)) / BigInt(at);
  return ways;
}

/** Returns P(X ≥ k) × 1000^n for X ~ Binomial(n, permille / 1000), exactly. */
function tail(n: number, k: number, permille: number): bigint {
  let sum = 0n;
  for (let at = k; at <= n; at++) {
    sum += choose(n, at) * BigInt(permille) ** BigInt(at) * BigInt(1_000 - permille) ** BigInt(n - at);
  }
  return sum;
}

describe('losses that chance does not explain', () => {
  it.each([
    [0.5, [5, 5, 6, 7]],
    [1, [5, 6, 7, 9]],
    [2, [6, 7, 9, 11]],
    [5, [7, 10, 12, 16]],
  ])('with %s %% that are normal are %j of 10, 20, 30, 60', (percent, expected) => {
    expect(LOSS_WINDOWS.map((rounds) => requiredLosses(rounds, percent * 10_000))).toEqual(expected);
  });

  it('are the fewest with an exact binomial tail below 1e-7', () => {
    for (const permille of [5, 7, 13, 40, 100, 250, 600]) {
      for (const rounds of [1, 2, 5, 10, 17, 30, 47, 60]) {
        const isUnlikely = (lost: number): boolean =>
          tail(rounds, lost, permille) * 10_000_000n < 1_000n ** BigInt(rounds);
        const lost = requiredLosses(rounds, permille * 1_000);
        expect(isUnlikely(lost), `${lost} of ${rounds} at ${permille} ‰`).toBe(true);
        expect(isUnlikely(lost - 1), `${lost - 1} of ${rounds} at ${permille} ‰`).toBe(false);
      }
    }
  });

  it('are never reached if losing everything is normal, and a floor below 0.5 % counts as 0.5 %', () => {
    expect(requiredLosses(10, 1_000_000)).toBe(11);
    expect(requiredLosses(1, 500_000)).toBe(2);
    expect([0, 100, 4_999].map((floorPpm) => requiredLosses(30, floorPpm))).toEqual([6, 6, 6]);
  });
});

describe('the windows of a pair', () => {
  it('count the misses among the latest rounds', () => {
    fc.assert(
      fc.property(
        fc.array(fc.boolean(), { minLength: 64, maxLength: 64 }),
        fc.integer({ min: 1, max: 63 }),
        (misses, of) => {
          const text = misses.map((isMiss) => (isMiss ? 'x' : '.')).join('');
          const expected = misses.slice(-of).filter(Boolean).length;
          expect(lossesIn(roundsOf(text), of)).toBe(expected);
        },
      ),
    );
  });

  it('are lossy by the first window with too many losses, only when it is full', () => {
    const normal = { floorPpm: 5_000, meanRunCenti: 100 };
    expect(lossyWindow(roundsOf('x.x.x.x.x'), normal)).toBeNull();
    expect(lossyWindow(roundsOf('.x.x.x.x.x'), normal)).toEqual({ lost: 5, of: 10 });
    expect(lossyWindow(roundsOf(`${'x....'.repeat(6)}`), normal)).toEqual({ lost: 6, of: 30 });
    expect(lossyWindow(roundsOf(`${'x....'.repeat(6)}`), { ...normal, floorPpm: 10_000 })).toBeNull();
  });

  it('need more losses where misses come in runs', () => {
    const lossy = roundsOf(`${'x..'.repeat(20)}`);
    expect(lossyWindow(lossy, { floorPpm: 10_000, meanRunCenti: 100 })).toMatchObject({ of: 20 });
    expect(lossyWindow(lossy, { floorPpm: 10_000, meanRunCenti: 300 })).toEqual({ lost: 20, of: 60 });
    expect(lossyWindow(lossy, { floorPpm: 10_000, meanRunCenti: 400 })).toBeNull();
  });

  it('reach the limit of a tier in 60 rounds only', () => {
    const tenth = `${'x.........'.repeat(6)}`;
    expect(lossyByPercent(roundsOf(tenth), 10)).toEqual({ lost: 6, of: 60 });
    expect(lossyByPercent(roundsOf(tenth), 11)).toBeNull();
    expect(lossyByPercent(roundsOf(tenth.slice(1)), 1)).toBeNull();
  });

  it('are calm with a third of the losses that make a pair lossy', () => {
    expect([5_000, 10_000, 20_000, 50_000].map(calmLosses)).toEqual([2, 2, 3, 4]);
  });
});
