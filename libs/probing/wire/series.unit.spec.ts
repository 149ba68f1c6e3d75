import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OUTCOME, OUTCOME_NAMES } from '@icmp-mon/probing/contract';
import {
  decodeSeriesBody,
  encodeSeriesBody,
  mergeSeriesBodies,
  SERIES_SAMPLES_MAX,
  SeriesBuilder,
  type SeriesSamples,
  WINDOW_MS,
  windowStart,
} from '.';
import { AGENT_NO_MAX, SeriesBodyError } from './series-body';

/** Agent number, time offset in ms, outcome, rtt in us. */
type Sample = [number, number, number, number];

const rtt = fc.oneof(
  fc.integer({ min: 0, max: 999 }).chain((digits) => fc.constantFrom(1, 10, 100, 1_000).map((unit) => digits * unit)),
  fc.integer({ min: 0, max: 0xffff_ffff }),
);
const arbitrarySample: fc.Arbitrary<Sample> = fc
  .tuple(
    fc.oneof(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: AGENT_NO_MAX })),
    fc.integer({ min: 0, max: WINDOW_MS - 1 }),
    fc.oneof(fc.constant(0), fc.integer({ min: 0, max: OUTCOME_NAMES.length - 1 })),
    rtt,
  )
  .map(([agentNo, offsetMs, outcome, rttUs]) => [agentNo, offsetMs, outcome, outcome === 0 ? rttUs : 0]);
const arbitrarySamples = fc.array(arbitrarySample, { maxLength: 120 });

function samplesOf(samples: readonly Sample[]): SeriesSamples {
  const builder = new SeriesBuilder(1_000, 1);
  for (const sample of samples) builder.addSample(...sample);
  return builder.buildSamples();
}

function listOf({ count, agentNo, timeOffsetMs, outcome, rttUs }: SeriesSamples): Sample[] {
  return Array.from({ length: count }, (_, at) => [agentNo[at], timeOffsetMs[at], outcome[at], rttUs[at]]);
}

function sorted(samples: readonly Sample[]): Sample[] {
  return [...samples].sort((a, b) => a[0] - b[0] || a[1] - b[1] || a[2] - b[2] || a[3] - b[3]);
}

const bodyOf = (samples: readonly Sample[]): Uint8Array => encodeSeriesBody(samplesOf(samples));

describe('a series body', () => {
  it('decodes to the same samples, sorted by agent and time', () => {
    fc.assert(
      fc.property(arbitrarySamples, (samples) => {
        expect(listOf(decodeSeriesBody(bodyOf(samples)))).toEqual(sorted(samples));
      }),
    );
  });

  it('has the same bytes regardless of how its parts were merged', () => {
    fc.assert(
      fc.property(arbitrarySamples, arbitrarySamples, arbitrarySamples, (a, b, c) => {
        const [x, y, z] = [bodyOf(a), bodyOf(b), bodyOf(c)];
        const whole = bodyOf([...a, ...b, ...c]);
        expect(mergeSeriesBodies([mergeSeriesBodies([x, y]), z])).toEqual(whole);
        expect(mergeSeriesBodies([z, mergeSeriesBodies([y, x])])).toEqual(whole);
      }),
    );
  });

  it('costs at most 3.2 bytes per result of fping in a 15 s tier', () => {
    const samples: Sample[] = [];
    for (let agentNo = 1; agentNo <= 3; agentNo++) {
      for (let round = 0; round < 20; round++) {
        const jitterMs = (round * 7 + agentNo) % 4;
        const rttUs = Math.round(12_300 * agentNo * (1 + ((round * 13) % 10) / 100));
        samples.push([agentNo, 1_000 + round * 15_000 + jitterMs, OUTCOME.reply, Number(rttUs.toPrecision(3))]);
      }
    }
    const bytes = bodyOf(samples);
    console.log(`60 samples of 3 agents: ${bytes.length} bytes, ${(bytes.length / 60).toFixed(2)} per result`);
    expect(bytes.length / 60).toBeLessThanOrEqual(3.2);
  });

  it.each([
    ['agent number 0', [0, 1, 0, 1]],
    ['agent number beyond smallint', [AGENT_NO_MAX + 1, 1, 0, 1]],
    ['a time outside the window', [1, WINDOW_MS, 0, 1]],
    ['an unknown outcome', [1, 1, 7, 0]],
  ] satisfies [string, Sample][])('is not written with %s', (_, sample) => {
    expect(() => bodyOf([sample])).toThrow(RangeError);
  });

  it('has a maximum size, when written and when collected', () => {
    const samples = { ...samplesOf([]), count: SERIES_SAMPLES_MAX + 1 };
    expect(() => encodeSeriesBody(samples)).toThrow(/131073 samples/);
    const builder = new SeriesBuilder(1);
    expect([builder.addSample(1, 1, 1, 0), builder.addSample(1, 1, 1, 0)]).toEqual([true, false]);
    builder.clear();
    expect(builder.count).toBe(0);
    const half = bodyOf(Array.from({ length: 1_000 }, (): Sample => [1, 1, 1, 0]));
    expect(() => mergeSeriesBodies(Array.from({ length: 132 }, () => half))).toThrow(/more than 131072 samples/);
  });

  it.each([
    ['no bytes', []],
    ['another version', [3, 1, 1, 2, 7]],
    ['agent number 0', [1, 0, 1, 2, 7]],
    ['more samples than bytes', [1, 1, 100, 2, 7]],
    ['no samples', [1, 1, 0, 2, 7]],
    ['a time before the window', [1, 1, 1, 1, 7]],
    ['a time after the window', [1, 1, 1, 192, 207, 36, 7]],
    ['an unknown outcome', [1, 1, 1, 2, 31]],
    ['a negative rtt', [1, 1, 1, 2, 2]],
    ['a truncated varint', [1, 1, 1, 2, 128]],
  ])('is refused with %s', (_, bytes) => {
    expect(() => decodeSeriesBody(Uint8Array.from(bytes))).toThrow(SeriesBodyError);
  });

  it('throws only its own error for any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (rest) => {
        try {
          decodeSeriesBody(Uint8Array.of(1, ...rest));
        } catch (error) {
          expect(error).toBeInstanceOf(SeriesBodyError);
        }
      }),
    );
  });

  it('belongs to a window of five minutes', () => {
    expect(windowStart(1_795_000_123_456)).toBe(1_794_999_900_000);
    expect(windowStart(600_000)).toBe(600_000);
    expect(windowStart(599_999)).toBe(300_000);
  });
});
