import { describe, expect, it } from 'vitest';
import { depthsOf } from './removal-order';

function depths(pairs: readonly (readonly [child: number, parent: number])[]): Record<number, number> {
  const { keys, depths: found } = depthsOf(
    pairs.map(([child]) => child),
    pairs.map(([, parent]) => parent),
  );
  return Object.fromEntries(keys.map((key, at) => [key, found[at]]));
}

describe('the depths of targets', () => {
  it('are the longest ways up, in any order of the pairs', () => {
    const pairs = [
      [4, 1],
      [4, 3],
      [3, 2],
      [2, 1],
      [6, 5],
    ] as const;
    const expected = { 2: 1, 3: 2, 4: 3, 6: 1 };
    expect(depths(pairs)).toEqual(expected);
    expect(depths([...pairs].reverse())).toEqual(expected);
  });

  it('are none without dependencies', () => expect(depths([])).toEqual({}));

  it('take little time for many long chains, of which each link has several parents', () => {
    const children: number[] = [];
    const parents: number[] = [];
    for (let key = 1; key < 100_000; key++) {
      for (let up = 1; up <= Math.min(4, key % 1_000); up++) {
        children.push(key);
        parents.push(key - up);
      }
    }
    const startedMs = performance.now();
    const { keys, depths: found } = depthsOf(children, parents);
    expect(performance.now() - startedMs).toBeLessThan(10_000);
    expect(keys).toHaveLength(99_900);
    expect(found.every((depth, at) => depth === keys[at] % 1_000)).toBe(true);
  });
});
