import {
  CERTIFICATE_END_MAX,
  compareDetails,
  DISBELIEF_REASONS,
  encodeConfirming,
  encodeDisbelief,
  decodeDetail,
  type DetailCode,
  encodePackets,
  encodePhases,
  OUTCOME,
} from '@icmp-mon/probing/contract';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeBlock,
  decodeSeriesBody,
  encodeBody,
  encodeSeriesBody,
  frameBlock,
  mergeSeriesBodies,
  ResultColumnsBuilder,
  SeriesBuilder,
  type SeriesSamples,
  WINDOW_MS,
} from '.';
import { ADDRESS, BASE_TIME_MS, compressRuns, decompressRuns } from './block-fixtures';
import { SeriesBodyError } from './series-body';

const packets = fc
  .record({ sent: fc.integer({ min: 1, max: 20 }), received: fc.integer({ min: 0, max: 20 }) })
  .map(({ sent, received }) => encodePackets({ sent, received: Math.min(sent, received) }));
const us = fc.option(fc.integer({ min: 0, max: 30_000_000 }));
const phases = fc
  .record({
    connectUs: us,
    tlsUs: us,
    firstByteUs: us,
    totalUs: us,
    endsS: fc.option(fc.integer({ min: 0, max: 4e9 })),
  })
  .map(({ endsS, ...times }) =>
    encodePhases({ ...times, certificateEndsAt: endsS === null ? null : new Date(endsS * 1_000).toISOString() }),
  );
const disbelief = fc
  .record({ reason: fc.constantFrom(...DISBELIEF_REASONS), own: fc.option(packets, { nil: undefined }) })
  .map(({ reason, own }) => encodeDisbelief(reason, own));
const confirming = fc.option(packets, { nil: undefined }).map((own) => encodeConfirming(own));
const detail = fc.option(fc.oneof(packets, phases, disbelief, confirming), { nil: undefined });

interface Sample {
  agentNo: number;
  offsetMs: number;
  outcome: number;
  rttUs: number;
  detail: DetailCode | undefined;
}
const samples = fc.array(
  fc.record<Sample>({
    agentNo: fc.integer({ min: 1, max: 3 }),
    offsetMs: fc.integer({ min: 0, max: 5 }),
    outcome: fc.constantFrom(OUTCOME.reply, OUTCOME.timeout, OUTCOME.mismatch),
    rttUs: fc.constant(0),
    detail,
  }),
  { maxLength: 60 },
);

function samplesOf(list: readonly Sample[]): SeriesSamples {
  const builder = new SeriesBuilder(1_000, 1);
  for (const { agentNo, offsetMs, outcome, rttUs, detail: of } of list)
    builder.addSample(agentNo, offsetMs, outcome, rttUs, of);
  return builder.buildSamples();
}

const listOf = ({ count, agentNo, timeOffsetMs, outcome, rttUs, details }: SeriesSamples): Sample[] =>
  Array.from({ length: count }, (_, at) => ({
    ...{ agentNo: agentNo[at], offsetMs: timeOffsetMs[at], outcome: outcome[at], rttUs: rttUs[at] },
    detail: details.get(at),
  }));
const sorted = (list: readonly Sample[]): Sample[] =>
  [...list].sort(
    (a, b) =>
      a.agentNo - b.agentNo || a.offsetMs - b.offsetMs || a.outcome - b.outcome || compareDetails(a.detail, b.detail),
  );
const bodyOf = (list: readonly Sample[]): Uint8Array => encodeSeriesBody(samplesOf(list));

describe('the details of results', () => {
  it('have the latest end of a certificate for certificates without an end', () => {
    const times = { connectUs: 1, tlsUs: 2, firstByteUs: 3, totalUs: 4 };
    const decoded = decodeDetail(encodePhases({ ...times, certificateEndsAt: '9999-12-31T23:59:59.000Z' }));
    expect(decoded).toEqual({ phases: { ...times, certificateEndsAt: CERTIFICATE_END_MAX } });
  });

  it('are the same after a block', () => {
    fc.assert(
      fc.property(fc.array(detail, { minLength: 1, maxLength: 300 }), fc.boolean(), (list, isReversed) => {
        const builder = new ResultColumnsBuilder(20_000, 1);
        list.forEach((each, at) => {
          const timeMs = BASE_TIME_MS + (isReversed ? list.length - at : at);
          builder.addResult(7, 2, timeMs, OUTCOME.timeout, 0, each);
        });
        const decoded = decodeBlock(
          frameBlock(ADDRESS, encodeBody(builder.buildColumns(), compressRuns)),
          decompressRuns,
        );
        if (!decoded.ok) throw new Error(decoded.detail);
        const { count, details } = decoded.columns;
        const read = Array.from({ length: count }, (_, at) => details.get(at));
        expect(isReversed ? read.reverse() : read).toEqual(list);
        builder.clear();
        builder.addResult(7, 2, BASE_TIME_MS, OUTCOME.timeout, 0);
        expect(builder.buildColumns().details.size).toBe(0);
      }),
    );
  });

  it('cost a block of plain pings nothing', () => {
    const rawLength = (of: DetailCode | undefined): number => {
      const builder = new ResultColumnsBuilder();
      for (let at = 0; at < 10; at++)
        builder.addResult(7, 1, BASE_TIME_MS, OUTCOME.timeout, 0, at === 3 ? of : undefined);
      return encodeBody(builder.buildColumns(), compressRuns).rawLength;
    };
    expect(rawLength(encodePackets({ sent: 5, received: 4 })) - rawLength(undefined)).toBe(5);
  });

  it('refuse a block with an unknown kind, wrong values or wrong rows, without an exception', () => {
    const builder = new ResultColumnsBuilder();
    for (let at = 0; at < 3; at++) builder.addResult(7, 1, BASE_TIME_MS, OUTCOME.timeout, 0);
    const plain = encodeBody(builder.buildColumns(), compressRuns);
    for (const tail of [
      [1, 0, 9, 1, 1],
      [1, 0, 1, 1, 2],
      [1, 3, 1, 1, 1],
      [4],
      [0],
      [2, 0, 1, 1, 1, 0, 1, 1, 1],
      [1, 0, 1],
    ]) {
      const bytes = Uint8Array.from([...plain.bytes, ...tail]);
      const block = frameBlock(ADDRESS, { ...plain, bytes, stored: true, rawLength: bytes.length });
      expect(decodeBlock(block, decompressRuns), tail.join(' ')).toMatchObject({ ok: false, reason: 'bad_columns' });
    }
    expect(() => builder.addResult(7, 1, BASE_TIME_MS, OUTCOME.timeout, 0, [9])).not.toThrow();
    expect(() => encodeBody(builder.buildColumns(), compressRuns)).toThrow(RangeError);
  });

  it('are the same after a series body, in the canonical order', () => {
    fc.assert(
      fc.property(samples, (list) => {
        const body = bodyOf(list);
        expect(listOf(decodeSeriesBody(body))).toEqual(sorted(list));
        expect(body[0]).toBe(list.some((each) => each.detail !== undefined) ? 2 : 1);
      }),
    );
  });

  it('have the same bytes regardless of how series bodies were merged', () => {
    fc.assert(
      fc.property(samples, samples, (a, b) => {
        expect(mergeSeriesBodies([bodyOf(b), bodyOf(a)])).toEqual(bodyOf([...a, ...b]));
      }),
    );
  });

  it('are refused in a series body that is damaged', () => {
    const one = samplesOf([
      {
        agentNo: 1,
        offsetMs: WINDOW_MS - 1,
        outcome: OUTCOME.reply,
        rttUs: 5,
        detail: encodePackets({ sent: 2, received: 1 }),
      },
    ]);
    const body = encodeSeriesBody(one);
    for (let length = 2; length < body.length; length++)
      expect(() => decodeSeriesBody(body.subarray(0, length)), `${length}`).toThrow(SeriesBodyError);
    const plain = Uint8Array.from(body);
    plain[0] = 1;
    expect(() => decodeSeriesBody(plain)).toThrow(SeriesBodyError);
  });

  it('are decoded for the API; unknown ones are left out', () => {
    expect(decodeDetail(encodePackets({ sent: 5, received: 4 }))).toEqual({ packets: { sent: 5, received: 4 } });
    const of = { connectUs: 0, tlsUs: null, firstByteUs: 7, totalUs: 8, certificateEndsAt: '2027-01-02T03:04:05.000Z' };
    expect(decodeDetail(encodePhases(of))).toEqual({ phases: of });
    expect(decodeDetail(encodePhases({ ...of, certificateEndsAt: '1960-01-01T00:00:00Z' })).phases).toMatchObject({
      certificateEndsAt: '1970-01-01T00:00:00.000Z',
    });
    expect([undefined, [], [9, 1], [1, 1, 2], [1, 1]].map((code) => decodeDetail(code))).toEqual(Array(5).fill({}));
  });
});
