import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HISTOGRAM_BINS, HISTOGRAM_LOWER_US, HISTOGRAM_TOP_US, mergeHistograms, RttHistogram } from '.';
import { HISTOGRAM_ERROR_RATIO, histogramBin } from './rtt-histogram';
import { SeriesBodyError } from './series-body';

function histogramOf(rttsUs: readonly number[]): RttHistogram {
  const histogram = new RttHistogram();
  for (const rttUs of rttsUs) histogram.add(rttUs);
  return histogram;
}

const arbitraryRtts = fc.array(
  fc.double({ min: 1, max: 6.99, noNaN: true }).map((log) => Math.round(10 ** log)),
  {
    minLength: 1,
    maxLength: 200,
  },
);

describe('the histogram of rtts', () => {
  it('puts every rtt between the bounds of its bin', () => {
    for (let bin = 0; bin < HISTOGRAM_BINS; bin++) {
      expect(histogramBin(HISTOGRAM_LOWER_US[bin])).toBe(bin);
      if (bin > 0) expect(histogramBin(HISTOGRAM_LOWER_US[bin] - 1)).toBe(bin - 1);
    }
    expect(histogramBin(0xffff_ffff)).toBe(HISTOGRAM_BINS - 1);
  });

  it('returns quantiles within 2 % of the exact ones, plus rounding', () => {
    fc.assert(
      fc.property(arbitraryRtts, fc.double({ min: 0, max: 1, noNaN: true }), (rttsUs, q) => {
        const exactUs = rttsUs.sort((a, b) => a - b)[Math.max(1, Math.ceil(q * rttsUs.length)) - 1];
        const errorUs = Math.abs((histogramOf(rttsUs).quantileUs(q) ?? NaN) - exactUs);
        expect(errorUs).toBeLessThanOrEqual(exactUs < 50 ? 0 : exactUs * HISTOGRAM_ERROR_RATIO + 0.5);
      }),
      { numRuns: 500 },
    );
  });

  it('has the same bytes regardless of how its parts were merged', () => {
    fc.assert(
      fc.property(arbitraryRtts, arbitraryRtts, arbitraryRtts, (a, b, c) => {
        const [x, y, z] = [a, b, c].map((part) => histogramOf(part).encodeBins());
        const whole = histogramOf([...a, ...b, ...c]).encodeBins();
        expect(mergeHistograms([mergeHistograms([x, y]), z])).toEqual(whole);
        expect(mergeHistograms([z, mergeHistograms([y, x])])).toEqual(whole);
      }),
    );
  });

  it('returns null when empty, and 10 s for longer rtts', () => {
    expect(new RttHistogram().quantileUs(0.5)).toBeNull();
    expect(histogramOf([HISTOGRAM_TOP_US * 3]).quantileUs(0.5)).toBe(HISTOGRAM_TOP_US);
    const histogram = histogramOf([100, 200]);
    histogram.clear();
    expect([histogram.count, histogram.quantileUs(1), histogram.encodeBins()]).toEqual([0, null, Uint8Array.of(1)]);
  });

  it.each([
    ['another version', [2, 1, 1]],
    ['a bin twice', [1, 5, 1, 0, 1]],
    ['a bin beyond the last', [1, 200, 10, 1]],
    ['a count of 0', [1, 5, 0]],
    ['a truncated count', [1, 5]],
  ])('refuses bytes with %s, and adds none of them', (_, bytes) => {
    const histogram = new RttHistogram();
    expect(() => histogram.merge(Uint8Array.from(bytes))).toThrow(SeriesBodyError);
    expect(histogram.count).toBe(0);
  });
});
