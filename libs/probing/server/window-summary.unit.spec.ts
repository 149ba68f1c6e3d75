import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeConfirming, OUTCOME, OUTCOME_NAMES } from '@icmp-mon/probing/contract';
import { RttHistogram, SeriesBuilder, type SeriesSamples, WINDOW_MS } from '@icmp-mon/probing/wire';
import { emptyCounters, historyPoint, mergeCounters, summarizeSamples } from './window-summary';

/** Agent number, time offset in ms, outcome, rtt in us. */
type Sample = [number, number, number, number];

const arbitrarySample: fc.Arbitrary<Sample> = fc
  .tuple(
    fc.integer({ min: 1, max: 4 }),
    fc.integer({ min: 0, max: WINDOW_MS - 1 }),
    fc.oneof(fc.constant(0), fc.integer({ min: 0, max: OUTCOME_NAMES.length - 1 })),
    fc.integer({ min: 0, max: 0xffff_ffff }),
  )
  .map(([agentNo, offsetMs, outcome, rttUs]) => [agentNo, offsetMs, outcome, outcome === 0 ? rttUs : 0]);
const arbitrarySamples = fc.array(arbitrarySample, { maxLength: 120 });

function samplesOf(samples: readonly Sample[]): SeriesSamples {
  const builder = new SeriesBuilder(1_000, 1);
  for (const sample of samples) builder.addSample(...sample);
  return builder.buildSamples();
}

function sorted(samples: readonly Sample[]): Sample[] {
  return [...samples].sort((a, b) => a[0] - b[0] || a[1] - b[1] || a[2] - b[2] || a[3] - b[3]);
}

describe('the summary of a window', () => {
  const samples: Sample[] = [
    [1, 0, OUTCOME.reply, 10_000],
    [1, 15_000, OUTCOME.timeout, 0],
    [1, 30_000, OUTCOME.reply, 12_000],
    [1, 45_000, OUTCOME.not_sent, 0],
    [2, 5_000, OUTCOME.reply, 90_000],
    [2, 20_000, OUTCOME.error, 0],
    [2, 35_000, OUTCOME.unreachable, 0],
  ];

  it('leaves out probes that confirm a miss, whether or not they were answered', () => {
    const builder = new SeriesBuilder(1_000, 1);
    for (const sample of samples) builder.addSample(...sample);
    builder.addSample(1, 16_500, OUTCOME.timeout, 0, encodeConfirming());
    builder.addSample(1, 17_000, OUTCOME.reply, 70_000, encodeConfirming());
    const [histogram, without] = [new RttHistogram(), new RttHistogram()];
    expect(summarizeSamples(builder.buildSamples(), histogram)).toEqual(summarizeSamples(samplesOf(samples), without));
    expect(histogram.encodeBins()).toEqual(without.encodeBins());
  });

  it('counts votes, losses, probes not sent, and jitter within an agent', () => {
    const histogram = new RttHistogram();
    const counters = summarizeSamples(samplesOf(samples), histogram);
    expect(counters).toEqual({
      sent: 5,
      replied: 3,
      lost: 2,
      notSent: 2,
      rttMinUs: 10_000,
      rttMaxUs: 90_000,
      rttSumUs: 112_000,
      jitterSumUs: 2_000,
      jitterCount: 1,
    });
    expect(historyPoint(0, WINDOW_MS, counters, histogram)).toMatchObject({
      at: '1970-01-01T00:00:00.000Z',
      windowMs: WINDOW_MS,
      lossRatio: 0.4,
      rttMinUs: 10_000,
      rttAvgUs: 37_333,
      rttMaxUs: 90_000,
      rttP99Us: 90_000,
      jitterUs: 2_000,
    });
  });

  it('has neither rtts nor loss when nothing was sent', () => {
    const histogram = new RttHistogram();
    const counters = summarizeSamples(samplesOf([[1, 0, OUTCOME.not_sent, 0]]), histogram);
    expect(historyPoint(0, WINDOW_MS, counters, histogram)).toEqual({
      at: '1970-01-01T00:00:00.000Z',
      windowMs: WINDOW_MS,
      sent: 0,
      lost: 0,
      notSent: 1,
      lossRatio: null,
      rttMinUs: null,
      rttAvgUs: null,
      rttP10Us: null,
      rttP25Us: null,
      rttP50Us: null,
      rttP75Us: null,
      rttP90Us: null,
      rttP95Us: null,
      rttP99Us: null,
      rttMaxUs: null,
      jitterUs: null,
    });
  });

  it('is additive over agents', () => {
    fc.assert(
      fc.property(arbitrarySamples, (all) => {
        const whole = summarizeSamples(samplesOf(sorted(all)), new RttHistogram());
        const parts = [all.filter(([agentNo]) => agentNo % 2 === 0), all.filter(([agentNo]) => agentNo % 2 === 1)];
        const summaries = parts.map((part) => summarizeSamples(samplesOf(sorted(part)), new RttHistogram()));
        expect(summaries.reduce(mergeCounters, emptyCounters())).toEqual(whole);
      }),
    );
  });
});
