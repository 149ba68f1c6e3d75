import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SampleStore } from './sample-store';

const WINDOW = 300_000;

describe('a sample store', () => {
  it('returns every sample once and in order, regardless of windows added and dropped in between', () => {
    const step = fc.record({
      key: fc.integer({ min: 1, max: 5 }),
      ms: fc.integer({ min: 0, max: 4 * WINDOW }),
      drop: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 400 }), (steps) => {
        const store = new SampleStore();
        const expected = new Map<number, number[]>();
        steps.forEach(({ key, ms, drop }, rtt) => {
          const window = store.add(key, 1, ms, 0, 0, rtt, false);
          const samples = expected.get(window) ?? [];
          samples.push(rtt);
          expected.set(window, samples);
          if (drop) {
            store.dropWindow(window);
            expected.delete(window);
          }
        });
        for (const [window, samples] of expected) {
          const seen: number[] = [];
          store.eachSample(window, (_agent, _offset, _outcome, rtt) => seen.push(rtt));
          expect(seen).toEqual(samples);
          expect(store.sizeOf(window)).toBe(samples.length);
        }
      }),
    );
  });

  it('visits fresh samples once', () => {
    const store = new SampleStore();
    const window = store.add(7, 1, 5, 0, 0, 1, true);
    store.add(7, 1, 6, 0, 0, 2, false);
    store.add(7, 1, 7, 0, 0, 3, false);
    const seen: number[] = [];
    store.takeFresh(window, (_agent, _offset, _outcome, rtt) => seen.push(rtt));
    store.takeFresh(window, (_agent, _offset, _outcome, rtt) => seen.push(rtt));
    expect(seen).toEqual([2, 3]);
    expect(store.hasFresh(window)).toBe(false);
  });

  it('refuses to drop a window twice', () => {
    const store = new SampleStore();
    const window = store.add(7, 1, 5, 0, 0, 1, false);
    store.dropWindow(window);
    expect(() => store.dropWindow(window)).toThrow('is not open');
  });
});
