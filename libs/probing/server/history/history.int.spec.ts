import { type HistoryPage, OUTCOME } from '@icmp-mon/probing/contract';
import { decodeSeriesBody, encodeSeriesBody, RttHistogram, WINDOW_MS, windowStart } from '@icmp-mon/probing/wire';
import { historyPoint, mergeCounters, summarizeSamples, emptyCounters } from '../window-summary';
import { connect, TelemetryDatabase } from '@icmp-mon/platform/database';
import { testDatabase, type TestDatabase } from '@icmp-mon/platform/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Sample, samplesOf, storeAgents, storeWatermark, storeWindow } from '../stored-windows.test-rows';
import { rollUpNext } from '../rollups/roll-up';
import { History } from './history';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const START_MS = windowStart(Date.parse('2026-11-18T00:00:00Z'));

const arbitrarySample: fc.Arbitrary<Sample> = fc
  .record({
    agentNo: fc.integer({ min: 1, max: 3 }),
    offsetMs: fc.integer({ min: 0, max: WINDOW_MS - 1 }),
    outcome: fc.constantFrom(OUTCOME.reply, OUTCOME.reply, OUTCOME.timeout, OUTCOME.not_sent, OUTCOME.unreachable),
    rttUs: fc.integer({ min: 0, max: 20_000_000 }),
  })
  .map((sample) => ({ ...sample, rttUs: sample.outcome === OUTCOME.reply ? sample.rttUs : 0 }));

describe('history', () => {
  let server: TestDatabase;
  let database: TelemetryDatabase;
  let history: History;
  let nextKey = 1;

  beforeAll(async () => {
    server = await testDatabase('telemetry');
    database = new TelemetryDatabase({ url: server.url });
    history = new History(database);
    await storeAgents(database, 3);
  });

  afterAll(async () => {
    await database.close();
    await server.dropDatabase();
  });

  it("has the exact figures of each window's samples, folded or in fragments, over checks and late rows", async () => {
    const arbitraryCheck = fc.array(fc.array(arbitrarySample, { minLength: 1, maxLength: 10 }), {
      minLength: 1,
      maxLength: 3,
    });
    const arbitraryWindows = fc.array(fc.array(arbitraryCheck, { minLength: 1, maxLength: 2 }), {
      minLength: 1,
      maxLength: 4,
    });
    await fc.assert(
      fc.asyncProperty(
        arbitraryWindows,
        fc.integer({ min: 0, max: 4 }),
        fc.boolean(),
        async (windows, watermark, late) => {
          const key = nextKey++;
          const watermarkMs = START_MS + watermark * WINDOW_MS;
          await storeWatermark(database, key, watermarkMs);
          const expected = [];
          for (const [at, checks] of windows.entries()) {
            const startMs = START_MS + at * WINDOW_MS;
            const histogram = new RttHistogram();
            let counters = emptyCounters();
            for (const [check, fragments] of checks.entries()) {
              const row = { targetKey: key, shard: key, check, startMs };
              for (const samples of fragments) await storeWindow(database, { ...row, samples, position: at });
              if (startMs < watermarkMs && late) {
                for (const samples of fragments) await storeWindow(database, { ...row, samples });
              } else if (startMs < watermarkMs) {
                await storeWindow(database, { ...row, samples: fragments.flat() });
              }
              const samples = decodeSeriesBody(encodeSeriesBody(samplesOf(fragments.flat())));
              counters = mergeCounters(counters, summarizeSamples(samples, histogram));
            }
            expected.push(historyPoint(startMs, WINDOW_MS, counters, histogram));
          }
          const range = { fromMs: START_MS, toMs: START_MS + 4 * WINDOW_MS };
          expect((await history.readPoints({ key }, range, '5m')).items).toEqual(expected);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('starts with the window that contains the start, ends before the end, and omits windows without measurements', async () => {
    const key = nextKey++;
    const samples = [{ agentNo: 1, offsetMs: 0, outcome: OUTCOME.timeout, rttUs: 0 }];
    for (const at of [0, 1, 3, 4])
      await storeWindow(database, { targetKey: key, startMs: START_MS + at * WINDOW_MS, samples });
    const { items: points } = await history.readPoints(
      { key },
      {
        fromMs: START_MS + WINDOW_MS + 1,
        toMs: START_MS + 4 * WINDOW_MS,
      },
    );
    expect(points.map(({ at }) => Date.parse(at))).toEqual([START_MS + WINDOW_MS, START_MS + 3 * WINDOW_MS]);
    expect(points[0]).toMatchObject({ sent: 1, lost: 1, lossRatio: 1, rttMinUs: null, rttP50Us: null, jitterUs: null });
  });

  describe('of hours, days and months', () => {
    const FROM_MS = Date.parse('2026-09-29T00:00:00Z');
    const TO_MS = Date.parse('2026-10-02T00:00:00Z');
    const range = { fromMs: FROM_MS, toMs: TO_MS };
    const key = 7_777;

    it('is the same regardless of how far they are rolled up', async () => {
      const session = await connect({ url: server.url, applicationName: 'test' });
      await session.execute('TRUNCATE probe_series; TRUNCATE probe_recent; TRUNCATE series_cut');
      await session.execute('INSERT INTO shard (shard) VALUES (0)');
      const reply = (at: number): Sample => ({ agentNo: 1, offsetMs: 0, outcome: OUTCOME.reply, rttUs: 500 + at * 37 });
      const starts = Array.from({ length: 12 }, (_, at) => FROM_MS + at * 6 * HOUR_MS + (at % 3) * WINDOW_MS);
      for (const [at, startMs] of starts.entries()) {
        const window = { targetKey: key, check: 1 + (at % 2), startMs, samples: [reply(at), reply(at + 40)] };
        // The last window is not folded yet.
        await storeWindow(database, at === 11 ? { ...window, position: 1 } : window);
      }
      const read = async (): Promise<object[]> => [
        await history.readPoints({ key }, range, '1h'),
        await history.readPoints({ key }, range, '1d'),
        await history.readPoints({ key }, range, '1mo'),
      ];
      const before = await read();
      expect(before).toMatchObject([{ resolution: '1h' }, { resolution: '1d' }, { resolution: '1mo' }]);
      expect(before.map((page) => (page as HistoryPage).items.length)).toEqual([12, 3, 2]);
      for (const { items } of before as HistoryPage[]) {
        expect(items.reduce((sum, { sent }) => sum + sent, 0)).toBe(24);
      }
      await storeWatermark(database, 0, TO_MS - 6 * HOUR_MS);
      let steps = 0;
      while ((await rollUpNext(session)) !== null) if (steps++ % 9 === 0) expect(await read()).toEqual(before);
      expect(await read()).toEqual(before);
      const rolled = await session.query('SELECT FROM rollup_progress WHERE rolled_until IS NOT NULL');
      expect(rolled).toHaveLength(3);
      await session.close();
    });

    it('has the finest resolution that is still stored that far back', async () => {
      const resolutionOf = async (fromMs: number, toMs: number): Promise<string> =>
        (await history.readPoints({ key }, { fromMs, toMs })).resolution;
      expect(await resolutionOf(FROM_MS, FROM_MS + HOUR_MS)).toBe('5m');
      expect(await resolutionOf(FROM_MS, FROM_MS + 7 * DAY_MS)).toBe('1h');
      expect(await resolutionOf(FROM_MS, FROM_MS + 365 * DAY_MS)).toBe('1d');
      expect(await resolutionOf(FROM_MS, FROM_MS + 3_653 * DAY_MS)).toBe('1mo');
      const dropped = 'UPDATE rollup_progress SET dropped_before = $2 WHERE relation = $1';
      await database.execute(dropped, ['probe_series', new Date(FROM_MS + DAY_MS)]);
      expect(await resolutionOf(FROM_MS, FROM_MS + HOUR_MS)).toBe('1h');
      await database.execute(dropped, ['probe_hourly', new Date(FROM_MS + DAY_MS)]);
      expect(await resolutionOf(FROM_MS, FROM_MS + HOUR_MS)).toBe('1d');
      expect(await resolutionOf(FROM_MS + DAY_MS, FROM_MS + DAY_MS + HOUR_MS)).toBe('5m');
    });
  });
});
