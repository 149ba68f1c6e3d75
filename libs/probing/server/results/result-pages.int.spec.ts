import { OUTCOME, type ProbeResult } from '@icmp-mon/probing/contract';
import { WINDOW_MS, windowStart } from '@icmp-mon/probing/wire';
import { TelemetryDatabase } from '@icmp-mon/platform/database';
import { encodeNumberCursor } from '@icmp-mon/platform/paging';
import { testDatabase, type TestDatabase } from '@icmp-mon/platform/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Sample, storeAgents, storeWatermark, storeWindow } from '../stored-windows.test-rows';
import { ResultPages, type ResultPageRequest } from './result-pages';
import { StoredAgents } from './stored-agents';
import { KnownChecks } from '../target-checks';

const START_MS = windowStart(Date.parse('2026-11-18T00:00:00Z'));
const DAY_MS = 86_400_000;

const arbitrarySample: fc.Arbitrary<Sample> = fc
  .record({
    agentNo: fc.integer({ min: 1, max: 3 }),
    // Few instants, so that many results share one.
    offsetMs: fc.integer({ min: 0, max: 5 }).map((at) => at * 50_000),
    outcome: fc.constantFrom(OUTCOME.reply, OUTCOME.timeout, OUTCOME.not_sent),
    rttUs: fc.integer({ min: 1, max: 3 }),
  })
  .map((sample) => ({ ...sample, rttUs: sample.outcome === OUTCOME.reply ? sample.rttUs : 0 }));

const CHECKS = new KnownChecks([{ check: 1, type: 'icmp_ping', expect: 'reachable' }]);

describe('pages of results', () => {
  let server: TestDatabase;
  let database: TelemetryDatabase;
  let pages: ResultPages;
  let nextKey = 1;

  beforeAll(async () => {
    server = await testDatabase('telemetry');
    database = new TelemetryDatabase({ url: server.url });
    pages = new ResultPages(database, new StoredAgents(database));
    await storeAgents(database, 3);
  });

  afterAll(async () => {
    await database.close();
    await server.dropDatabase();
  });

  async function readAll(
    targetKey: number,
    request: ResultPageRequest,
    between?: () => Promise<void>,
  ): Promise<ProbeResult[]> {
    const all: ProbeResult[] = [];
    for (let cursor: string | undefined; ;) {
      const page = await pages.readPage({ key: targetKey, checks: CHECKS }, { ...request, cursor });
      expect(page.items.length).toBeLessThanOrEqual(request.limit);
      all.push(...page.items);
      if (page.next === null) return all;
      cursor = page.next;
      await between?.();
    }
  }

  it('contain all results together, newest first, each once: fragments, folded windows, gaps, equal instants', async () => {
    const arbitraryWindows = fc.uniqueArray(
      fc.record({
        slot: fc.integer({ min: 0, max: 60 }),
        check: fc.integer({ min: 1, max: 2 }),
        fragments: fc.array(fc.array(arbitrarySample, { minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 3 }),
      }),
      { selector: ({ slot, check }) => `${slot}/${check}`, maxLength: 12 },
    );
    const arbitraryLimit = fc.integer({ min: 1, max: 40 });
    await fc.assert(
      fc.asyncProperty(
        arbitraryWindows,
        fc.integer({ min: 0, max: 60 }),
        arbitraryLimit,
        async (windows, watermark, limit) => {
          const key = nextKey++;
          const watermarkMs = START_MS + watermark * WINDOW_MS;
          await storeWatermark(database, key, watermarkMs);
          let position = 0;
          const expected: string[] = [];
          for (const { slot, check, fragments } of windows) {
            const startMs = START_MS + slot * WINDOW_MS;
            const common = { targetKey: key, shard: key, check, startMs };
            for (const samples of fragments) await storeWindow(database, { ...common, samples, position: position++ });
            if (startMs < watermarkMs) await storeWindow(database, { ...common, samples: fragments.flat() });
            for (const { agentNo, offsetMs, outcome, rttUs } of fragments.flat()) {
              expected.push([new Date(startMs + offsetMs).toISOString(), agentNo, check, outcome, rttUs].join('|'));
            }
          }
          const read = await readAll(key, { limit });
          const outcomes: Record<string, number> = OUTCOME;
          const lines = read.map(({ at, agentName, check, outcome, rttUs }) =>
            [at, Number(agentName.slice('agent-'.length)), check, outcomes[outcome], rttUs ?? 0].join('|'),
          );
          expect(lines).toEqual(expected.sort().reverse());
        },
      ),
      { numRuns: 60 },
    );
  });

  it('stay the same while the windows are folded between two pages', async () => {
    const key = nextKey++;
    const samples = Array.from({ length: 20 }, (_, at) => ({
      agentNo: 1 + (at % 3),
      offsetMs: at * 15_000,
      outcome: 0,
      rttUs: at,
    }));
    const window = { targetKey: key, shard: key, startMs: START_MS };
    for (let at = 0; at < 20; at += 5)
      await storeWindow(database, { ...window, samples: samples.slice(at, at + 5), position: at });
    let folded = false;
    const read = await readAll(key, { limit: 7 }, async () => {
      if (folded) return;
      folded = true;
      await database.transaction(async (sql) => {
        await storeWindow(sql, { ...window, samples });
        await storeWatermark(sql, key, START_MS + WINDOW_MS);
      });
    });
    expect(folded).toBe(true);
    expect(read.map(({ rttUs }) => rttUs)).toEqual(samples.map(({ rttUs }) => rttUs).reverse());
  });

  it('contain the requested time range, with its start and without its end', async () => {
    const key = nextKey++;
    const samples = [0, 10_000, 20_000, 30_000].map((offsetMs) => ({
      agentNo: 1,
      offsetMs,
      outcome: 0,
      rttUs: offsetMs,
    }));
    await storeWindow(database, { targetKey: key, startMs: START_MS, samples });
    await storeWindow(database, { targetKey: key, startMs: START_MS - DAY_MS, samples });
    const read = await readAll(key, { limit: 1, fromMs: START_MS + 10_000, toMs: START_MS + 30_000 });
    expect(read.map(({ rttUs }) => rttUs)).toEqual([20_000, 10_000]);
  });

  it('end early where results are far apart, and continue from there', async () => {
    const key = nextKey++;
    for (let day = 0; day < 70; day++) {
      const samples = [{ agentNo: 1, offsetMs: 0, outcome: 0, rttUs: day }];
      await storeWindow(database, { targetKey: key, startMs: START_MS - day * DAY_MS, samples });
    }
    const first = await pages.readPage({ key, checks: CHECKS }, { limit: 1_000 });
    expect(first.items.length).toBeLessThan(70);
    expect(first.next).not.toBeNull();
    expect((await readAll(key, { limit: 1_000 })).map(({ rttUs }) => rttUs)).toEqual(
      Array.from({ length: 70 }, (_, day) => day),
    );
  });

  it('of a target without results are a single empty page', async () => {
    expect(await pages.readPage({ key: nextKey++, checks: CHECKS }, { limit: 10 })).toEqual({ items: [], next: null });
  });

  it('refuse the cursor of another target, and accept any values in their own', async () => {
    const key = nextKey++;
    await expect(
      pages.readPage(
        { key, checks: CHECKS },
        { limit: 10, cursor: encodeNumberCursor(`results/${key + 1}`, [1, 2, 3, 4]) },
      ),
    ).rejects.toThrow('belongs to another list');
    const absurd = encodeNumberCursor(`results/${key}`, [Number.MAX_SAFE_INTEGER, -1, -1, -1]);
    expect(await pages.readPage({ key, checks: CHECKS }, { limit: 10, cursor: absurd })).toEqual({
      items: [],
      next: null,
    });
  });
});
