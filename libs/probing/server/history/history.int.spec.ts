import {
  decodeSeriesBody,
  encodeSeriesBody,
  historyPoint,
  mergeCounters,
  OUTCOME,
  RttHistogram,
  summarizeSamples,
  emptyCounters,
  WINDOW_MS,
  windowStart,
} from '@icmp-mon/probing/contract';
import { TelemetryDatabase } from '@icmp-mon/platform/database';
import { testDatabase, type TestDatabase } from '@icmp-mon/platform/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Sample, samplesOf, storeAgents, storeCut, storeWindow } from '../stored-windows.test-rows';
import { History } from './history';

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
    await server.drop();
  });

  it('says of each window exactly what its samples say, folded or in fragments, over checks and late rows', async () => {
    const arbitraryCheck = fc.array(fc.array(arbitrarySample, { minLength: 1, maxLength: 10 }), {
      minLength: 1,
      maxLength: 3,
    });
    const arbitraryWindows = fc.array(fc.array(arbitraryCheck, { minLength: 1, maxLength: 2 }), {
      minLength: 1,
      maxLength: 4,
    });
    await fc.assert(
      fc.asyncProperty(arbitraryWindows, fc.integer({ min: 0, max: 4 }), fc.boolean(), async (windows, cut, late) => {
        const key = nextKey++;
        const cutMs = START_MS + cut * WINDOW_MS;
        await storeCut(database, key, cutMs);
        const expected = [];
        for (const [at, checks] of windows.entries()) {
          const startMs = START_MS + at * WINDOW_MS;
          const histogram = new RttHistogram();
          let counters = emptyCounters();
          for (const [check, fragments] of checks.entries()) {
            const row = { targetKey: key, shard: key, check, startMs };
            for (const samples of fragments) await storeWindow(database, { ...row, samples, position: at });
            if (startMs < cutMs && late) {
              for (const samples of fragments) await storeWindow(database, { ...row, samples });
            } else if (startMs < cutMs) {
              await storeWindow(database, { ...row, samples: fragments.flat() });
            }
            const samples = decodeSeriesBody(encodeSeriesBody(samplesOf(fragments.flat())));
            counters = mergeCounters(counters, summarizeSamples(samples, histogram));
          }
          expected.push(historyPoint(startMs, WINDOW_MS, counters, histogram));
        }
        expect(await history.read(key, { fromMs: START_MS, toMs: START_MS + 4 * WINDOW_MS })).toEqual(expected);
      }),
      { numRuns: 40 },
    );
  });

  it('begins with the window that holds the beginning, ends before the end, and leaves out what was not measured', async () => {
    const key = nextKey++;
    const samples = [{ agentNo: 1, offsetMs: 0, outcome: OUTCOME.timeout, rttUs: 0 }];
    for (const at of [0, 1, 3, 4])
      await storeWindow(database, { targetKey: key, startMs: START_MS + at * WINDOW_MS, samples });
    const points = await history.read(key, { fromMs: START_MS + WINDOW_MS + 1, toMs: START_MS + 4 * WINDOW_MS });
    expect(points.map(({ at }) => Date.parse(at))).toEqual([START_MS + WINDOW_MS, START_MS + 3 * WINDOW_MS]);
    expect(points[0]).toMatchObject({ sent: 1, lost: 1, lossRatio: 1, rttMinUs: null, rttP50Us: null, jitterUs: null });
  });
});
