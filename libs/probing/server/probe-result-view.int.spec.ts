import {
  encodeConfirming,
  encodeDisbelief,
  encodePackets,
  encodePhases,
  OUTCOME,
  OUTCOME_NAMES,
  outcomeName,
} from '@icmp-mon/probing/contract';
import { encodeSeriesBody, SeriesBuilder, WINDOW_MS, windowStart } from '@icmp-mon/probing/wire';
import { TelemetryDatabase } from '@icmp-mon/platform/database';
import { testDatabase, type TestDatabase } from '@icmp-mon/platform/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Sample, samplesOf, storeAgents, storeWatermark, storeWindow } from './stored-windows.test-rows';

const START_MS = windowStart(Date.parse('2026-11-18T11:06:40Z'));

const rtt = fc.oneof(
  fc.integer({ min: 1, max: 999 }).map((digits) => digits * 10),
  fc.integer({ min: 1, max: 999 }).map((digits) => digits * 1_000),
  fc.integer({ min: 0, max: 0xffff_ffff }),
);
const arbitrarySample: fc.Arbitrary<Sample> = fc
  .record({
    agentNo: fc.oneof(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 32_767 })),
    offsetMs: fc.integer({ min: 0, max: WINDOW_MS - 1 }),
    outcome: fc.oneof(fc.constant(OUTCOME.reply), fc.integer({ min: 0, max: OUTCOME_NAMES.length - 1 })),
    rttUs: rtt,
  })
  .map((sample) => ({ ...sample, rttUs: sample.outcome === OUTCOME.reply ? sample.rttUs : 0 }));

const sorted = (samples: readonly Sample[]): Sample[] =>
  [...samples].sort(
    (a, b) => a.agentNo - b.agentNo || a.offsetMs - b.offsetMs || a.outcome - b.outcome || a.rttUs - b.rttUs,
  );

describe('the SQL view of results', () => {
  let server: TestDatabase;
  let database: TelemetryDatabase;

  beforeAll(async () => {
    server = await testDatabase('telemetry');
    database = new TelemetryDatabase({ url: server.url });
    await storeAgents(database, 3);
  });

  afterAll(async () => {
    await database.close();
    await server.dropDatabase();
  });

  async function decoded(body: Uint8Array): Promise<Sample[]> {
    const rows = await database.query<{
      agent_no: number;
      offset_ms: number;
      outcome_code: number;
      rtt_us: number | null;
    }>('SELECT * FROM decode_series_body($1)', [Buffer.from(body)]);
    return rows.map((row) => {
      expect(row.rtt_us === null).toBe(row.outcome_code !== OUTCOME.reply);
      return { agentNo: row.agent_no, offsetMs: row.offset_ms, outcome: row.outcome_code, rttUs: row.rtt_us ?? 0 };
    });
  }

  it('decodes the example in the format document', async () => {
    const hex = '01 01 04 d0 0f b9 0f e4 da 01 0a 07 07 06 14 02 01 80 7d b4 1a';
    const reply = OUTCOME.reply;
    expect(await decoded(Buffer.from(hex.replaceAll(' ', ''), 'hex'))).toEqual([
      { agentNo: 1, offsetMs: 1_000, outcome: reply, rttUs: 12_300 },
      { agentNo: 1, offsetMs: 16_002, outcome: reply, rttUs: 12_000 },
      { agentNo: 1, offsetMs: 31_000, outcome: OUTCOME.timeout, rttUs: 0 },
      { agentNo: 1, offsetMs: 46_001, outcome: reply, rttUs: 12_500 },
      { agentNo: 3, offsetMs: 8_000, outcome: reply, rttUs: 845 },
    ]);
  });

  it("decodes the encoder's output for any samples", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(arbitrarySample, { maxLength: 200 }), async (samples) => {
        expect(await decoded(encodeSeriesBody(samplesOf(samples)))).toEqual(sorted(samples));
      }),
      { numRuns: 100 },
    );
  });

  it('skips details', async () => {
    const builder = new SeriesBuilder(10);
    builder.addSample(1, 1_000, OUTCOME.reply, 12_300, encodePackets({ sent: 5, received: 4 }));
    const times = { connectUs: 900, tlsUs: null, firstByteUs: 12_000, totalUs: null };
    builder.addSample(1, 2_000, OUTCOME.mismatch, 0, encodePhases({ ...times, certificateEndsAt: '2027-01-01' }));
    builder.addSample(
      1,
      2_500,
      OUTCOME.timeout,
      0,
      encodeDisbelief('uplink_out', encodePackets({ sent: 5, received: 0 })),
    );
    builder.addSample(1, 2_700, OUTCOME.timeout, 0, encodeConfirming(encodePackets({ sent: 2, received: 0 })));
    builder.addSample(2, 3_000, OUTCOME.reply, 845);
    expect(await decoded(encodeSeriesBody(builder.buildSamples()))).toEqual([
      { agentNo: 1, offsetMs: 1_000, outcome: OUTCOME.reply, rttUs: 12_300 },
      { agentNo: 1, offsetMs: 2_000, outcome: OUTCOME.mismatch, rttUs: 0 },
      { agentNo: 1, offsetMs: 2_500, outcome: OUTCOME.timeout, rttUs: 0 },
      { agentNo: 1, offsetMs: 2_700, outcome: OUTCOME.timeout, rttUs: 0 },
      { agentNo: 2, offsetMs: 3_000, outcome: OUTCOME.reply, rttUs: 845 },
    ]);
    await expect(database.query("SELECT * FROM decode_series_body('\\x02010100ff0709')")).rejects.toThrow(
      'detail of kind 9, this reads 1 to 4',
    );
  });

  it('refuses a body of a later version with its number', async () => {
    await expect(database.query("SELECT * FROM decode_series_body('\\x03')")).rejects.toThrow(
      'series body of version 3, this reads 1 and 2',
    );
  });

  it('contains folded windows and the fragments after the watermark, each result once', async () => {
    const [key, shard] = [7, 1];
    const folded = Array.from({ length: 20 }, (_, at) => ({
      agentNo: 1,
      offsetMs: at * 15_000,
      outcome: 0,
      rttUs: 900 + at,
    }));
    const open = [
      { agentNo: 2, offsetMs: 5_000, outcome: OUTCOME.timeout, rttUs: 0 },
      { agentNo: 3, offsetMs: 6_000, outcome: OUTCOME.not_sent, rttUs: 0 },
    ];
    await storeWindow(database, { targetKey: key, shard, startMs: START_MS, samples: folded.slice(0, 5), position: 1 });
    await storeWindow(database, { targetKey: key, shard, startMs: START_MS, samples: folded.slice(5), position: 2 });
    await storeWindow(database, { targetKey: key, shard, startMs: START_MS + WINDOW_MS, samples: open, position: 3 });

    const shown = (): Promise<object[]> =>
      database.query(
        'SELECT check_no, at, agent_name, outcome, rtt_us FROM probe_result WHERE target_key = $1 ORDER BY at, agent_name',
        [key],
      );
    const expected = [
      ...folded.map((sample) => ({ ...sample, startMs: START_MS })),
      ...open.map((sample) => ({ ...sample, startMs: START_MS + WINDOW_MS })),
    ].map(({ startMs, agentNo, offsetMs, outcome, rttUs }) => ({
      check_no: 1,
      at: new Date(startMs + offsetMs),
      agent_name: `agent-${agentNo}`,
      outcome: outcomeName(outcome),
      rtt_us: outcome === OUTCOME.reply ? rttUs : null,
    }));
    expect(await shown()).toEqual(expected);

    await database.transaction(async (sql) => {
      await storeWindow(sql, { targetKey: key, shard, startMs: START_MS, samples: folded });
      await storeWatermark(sql, shard, START_MS + WINDOW_MS);
    });
    expect(await shown()).toEqual(expected);
  });
});
