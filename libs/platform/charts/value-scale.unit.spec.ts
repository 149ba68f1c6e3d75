// The entry of the UI kit also exports components, which need the compiler outside a build.
import '@angular/compiler';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MEMORY_SCALE, scaleOf, ticksOf } from './value-scale';

const MIB = 2 ** 20;
const SECONDS = scaleOf('s', 1);

/** Returns the labels of the axis, from bottom to top. */
function labels(lowest: number, highest: number, scale = SECONDS): string[] {
  const { min, max, interval, digits } = ticksOf(lowest, highest, scale);
  const count = Math.round((max - min) / interval) + 1;
  return Array.from({ length: count }, (_, index) => scale.axisText(min + index * interval, digits));
}

describe('value scale', () => {
  it('has steps of whole seconds, even without values', () => {
    expect(labels(0, 0)).toEqual(['0 s', '1 s']);
    expect(labels(0, 2.2)).toEqual(['0 s', '1 s', '2 s', '3 s']);
    expect(labels(0, 70)).toEqual(['0 s', '50 s', '100 s']);
  });

  it('has as many digits as its steps need, and supports values below zero', () => {
    expect(labels(0, 0.5, scaleOf('', 0.01))).toEqual(['0', '0.2', '0.4', '0.6']);
    expect(labels(0, 0.05, scaleOf('', 0.01))).toEqual(['0', '0.02', '0.04', '0.06']);
    expect(labels(-0.3, 0.5, scaleOf('ms', 0.1))).toEqual(['-0.5 ms', '0 ms', '0.5 ms']);
    expect(labels(0, 6_700, scaleOf('', 0.01))).toEqual(['0', '5,000', '10,000']);
  });

  it('has steps of powers of two for memory', () => {
    expect(labels(0, 82 * MIB, MEMORY_SCALE)).toEqual(['0 B', '32 MiB', '64 MiB', '96 MiB']);
    expect(labels(0, 1_300 * MIB, MEMORY_SCALE)).toEqual(['0 B', '512 MiB', '1 GiB', '1.5 GiB']);
  });

  it('never repeats a label, and contains all values', () => {
    const value = fc.double({ min: 0, max: 1e9, noNaN: true });
    fc.assert(
      fc.property(value, fc.constantFrom(SECONDS, MEMORY_SCALE, scaleOf('%', 0.1)), (highest, scale) => {
        const texts = labels(0, highest, scale);
        expect(new Set(texts).size).toBe(texts.length);
        expect(texts.length).toBeLessThanOrEqual(4);
        expect(ticksOf(0, highest, scale).max).toBeGreaterThanOrEqual(highest);
      }),
    );
  });
});
