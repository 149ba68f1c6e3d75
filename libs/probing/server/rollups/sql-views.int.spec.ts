import { readFileSync } from 'node:fs';
import path from 'node:path';
import { TelemetryDatabase } from '@icmp-mon/platform/database';
import { testDatabase, type TestDatabase } from '@icmp-mon/platform/testing';
import { HISTOGRAM_TOP_US, mergeHistograms, RttHistogram } from '@icmp-mon/probing/wire';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** Rtts over all bins, some frequent enough that a count takes several bytes. */
const arbitraryHistogram = fc
  .array(
    fc.record({
      rttUs: fc.double({ min: 0, max: 7.2, noNaN: true }).map((log) => Math.round(10 ** log) - 1),
      times: fc.oneof(fc.integer({ min: 1, max: 3 }), fc.constantFrom(127, 128, 20_000)),
    }),
    { maxLength: 12 },
  )
  .map((entries) => {
    const histogram = new RttHistogram();
    for (const { rttUs, times } of entries) for (let time = 0; time < times; time++) histogram.add(rttUs);
    return histogram;
  });

describe('the SQL functions for figures', () => {
  let home: TestDatabase;
  let database: TelemetryDatabase;

  beforeAll(async () => {
    home = await testDatabase('telemetry');
    database = new TelemetryDatabase({ url: home.url });
  });

  afterAll(async () => {
    await database.close();
    await home.dropDatabase();
  });

  it('sum histograms like the product', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(arbitraryHistogram, { minLength: 1, maxLength: 4 }), async (histograms) => {
        const parts = histograms.map((histogram) => Buffer.from(histogram.encodeBins()));
        const [row] = await database.query<{ sum: Buffer }>(
          `SELECT compact_rtt_histogram(string_agg(part, '\\x00')) AS sum FROM unnest($1::bytea[]) AS part`,
          [parts],
        );
        expect(row?.sum.toString('hex')).toBe(Buffer.from(mergeHistograms(parts)).toString('hex'));
      }),
      { numRuns: 60 },
    );
  });

  it('return the same quantiles as the product', async () => {
    const arbitraryQ = fc.oneof(fc.constantFrom(0, 0.5, 0.95, 0.99, 1), fc.double({ min: 0, max: 1, noNaN: true }));
    await fc.assert(
      fc.asyncProperty(arbitraryHistogram, arbitraryQ, async (histogram, q) => {
        const [row] = await database.query('SELECT rtt_quantile_us($1, $2) AS quantile', [
          Buffer.from(histogram.encodeBins()),
          q,
        ]);
        expect(row).toEqual({ quantile: histogram.quantileUs(q) });
      }),
      { numRuns: 100 },
    );
  });

  it.each([
    ['of another version', '\\x0205', 'histogram of version 2, this reads 1'],
    ['with a bin beyond the last', '\\x017f017f017f01', 'histogram bin'],
  ])('refuse a histogram %s', async (_, bytes, message) => {
    await expect(database.query('SELECT compact_rtt_histogram($1::bytea)', [bytes])).rejects.toThrow(message);
  });

  it('accept an empty histogram, and one without replies', async () => {
    const [row] = await database.query(
      `SELECT compact_rtt_histogram('\\x010001') AS sum, rtt_quantile_us('\\x01', 0.5) AS none`,
    );
    expect(row).toEqual({ sum: Buffer.of(1), none: null });
    const slow = new RttHistogram();
    slow.add(HISTOGRAM_TOP_US * 2);
    const [top] = await database.query('SELECT rtt_quantile_us($1, 0.5) AS us', [Buffer.from(slow.encodeBins())]);
    expect(top).toEqual({ us: HISTOGRAM_TOP_US });
  });

  it('execute each query of the documentation', async () => {
    const text = readFileSync(path.resolve(import.meta.dirname, '../../../../docs/sql-views.md'), 'utf8');
    const queries = [...text.matchAll(/```sql\n(.*?)```/gs)].map(([, sql]) => sql ?? '');
    expect(queries.length).toBeGreaterThan(3);
    for (const query of queries) expect(Array.isArray(await database.query(query))).toBe(true);
  });
});
