import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { IntMap } from './int-map';

const key = fc.oneof(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 0xffff_ffff }));
const step = fc.oneof(
  fc.record({ kind: fc.constant('set' as const), key, value: fc.integer({ min: 0, max: 0x7fff_ffff }) }),
  fc.record({ kind: fc.constant('delete' as const), key }),
);

describe('a map of integers', () => {
  it('holds the same entries as a Map after any operations', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
        const map = new IntMap();
        const expected = new Map<number, number>();
        for (const each of steps) {
          if (each.kind === 'set') {
            map.set(each.key, each.value);
            expected.set(each.key, each.value);
          } else {
            map.delete(each.key);
            expected.delete(each.key);
          }
        }
        const values: number[] = [];
        map.forEachValue((value) => values.push(value));
        expect(map.size).toBe(expected.size);
        expect(values.sort((a, b) => a - b)).toEqual([...expected.values()].sort((a, b) => a - b));
        for (const each of steps) expect(map.get(each.key)).toBe(expected.get(each.key) ?? -1);
      }),
      { numRuns: 300 },
    );
  });

  it('holds 100,000 consecutive keys and deletes half of them', () => {
    const map = new IntMap();
    for (let at = 0; at < 100_000; at++) map.set(at * 8 + 3, at);
    for (let at = 0; at < 100_000; at += 2) map.delete(at * 8 + 3);
    expect(map.size).toBe(50_000);
    expect(map.get(8 + 3)).toBe(1);
    expect(map.get(2 * 8 + 3)).toBe(-1);
  });
});
