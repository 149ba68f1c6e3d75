import type { Scope } from '@icmp-mon/identity/contract';
import { connect, TelemetryDatabase } from '@icmp-mon/platform/database';
import { testDatabase, type TestDatabase } from '@icmp-mon/platform/testing';
import { OUTCOME, type TargetFigures } from '@icmp-mon/probing/contract';
import { WINDOW_MS, windowStart } from '@icmp-mon/probing/wire';
import { TargetDirectory, type TargetReference } from '@icmp-mon/targets/contract';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { rollUpNext } from '../rollups/roll-up';
import { type Sample, storeAgents, storeWatermark, storeWindow } from '../stored-windows.test-rows';
import { ReadTargetFigures, ReadTargetFiguresHandler } from './read-target-figures';
import { UsualRtts } from './usual-rtts';
import { TWO_CHECKS } from '../one-target.test-checks';

/** A directory in which the scope contains target 5 only. */
class OneTarget extends TargetDirectory {
  override findTarget = (): never => {
    throw new Error('not asked');
  };
  override byKeys = (keys: readonly number[]): Promise<Map<number, TargetReference>> =>
    Promise.resolve(new Map(keys.filter((key) => key === 5).map((key) => [key, { ...TARGET, key }])));
}

const TARGET = { id: 'a', key: 5, ip: '192.0.2.5', vrf: 'default', name: null, tier: 'fast' };
const HOUR_MS = 3_600_000;
const SHARDS = { shardCount: 2 };
/** In the current window, with a complete hour before it. */
const NOW_MS = Date.parse('2026-11-18T11:58:20Z');
const OPEN_MS = windowStart(NOW_MS);

let server: TestDatabase;
let database: TelemetryDatabase;

beforeAll(async () => {
  server = await testDatabase('telemetry');
  database = new TelemetryDatabase({ url: server.url });
  await storeAgents(database, 3);
  vi.useFakeTimers({ toFake: ['Date'], now: NOW_MS });
});

afterAll(async () => {
  vi.useRealTimers();
  await database.close();
  await server.dropDatabase();
});

const reply = (offsetMs: number, rttUs: number): Sample => ({ agentNo: 1, offsetMs, rttUs, outcome: OUTCOME.reply });
const lost = (offsetMs: number): Sample => ({ agentNo: 2, offsetMs, rttUs: 0, outcome: OUTCOME.timeout });

const read = (...keys: number[]): Promise<TargetFigures[]> => readInScope(null, keys);

async function readInScope(scope: Scope, keys: number[]): Promise<TargetFigures[]> {
  const handler = new ReadTargetFiguresHandler(
    database,
    new OneTarget(),
    new UsualRtts(database, TWO_CHECKS, SHARDS),
    TWO_CHECKS,
    SHARDS,
  );
  return (await handler.execute(new ReadTargetFigures(keys, scope))).items;
}

describe('the figures of targets', () => {
  it('are in the requested order, and empty for an unknown key', async () => {
    await storeWindow(database, {
      targetKey: 1,
      shard: 1,
      startMs: OPEN_MS,
      samples: [reply(1_000, 120)],
      position: 1,
    });
    await storeWindow(database, { targetKey: 2, shard: 0, startMs: OPEN_MS, samples: [lost(2_000)], position: 1 });
    const [none, two, one] = await read(99, 2, 1);
    expect(none).toMatchObject({ key: 99, rttUs: null, medianRttUs: null, lossRatio: null });
    expect(two).toMatchObject({ key: 2, rttUs: null, medianRttUs: null, lossRatio: 1 });
    expect(one).toMatchObject({ key: 1, rttUs: 120, lossRatio: 0 });
    expect(Math.abs((one?.medianRttUs ?? 0) / 120 - 1)).toBeLessThan(0.03);
  });

  it('count folded results once, while their fragments are still stored', async () => {
    const startMs = OPEN_MS - WINDOW_MS;
    const samples = [reply(200_000, 500), lost(200_001)];
    const row = { targetKey: 3, shard: 1, startMs };
    for (const each of samples) await storeWindow(database, { ...row, samples: [each], position: 2 });
    const before = await read(3);
    await storeWindow(database, { ...row, samples });
    await storeWatermark(database, 1, OPEN_MS);
    expect(await read(3)).toEqual(before);
    expect(before[0]?.strip.filter((cell) => cell !== null)).toEqual([0.5]);
  });

  it('include fragments of a shard that folded less than another, or nothing yet', async () => {
    const samples = [reply(299_000, 70)];
    await storeWindow(database, { targetKey: 4, shard: 0, startMs: OPEN_MS - WINDOW_MS, samples, position: 3 });
    expect((await read(4, 3))[0]).toMatchObject({ rttUs: 70, lossRatio: 0 });
    await storeWatermark(database, 0, OPEN_MS - WINDOW_MS);
    expect((await read(4, 3))[0]).toMatchObject({ rttUs: 70, lossRatio: 0 });
  });

  it('contain the median of the last 24 hours, from hourly figures where they exist', async () => {
    const hourMs = Math.floor(NOW_MS / HOUR_MS) * HOUR_MS;
    const at = async (startMs: number, rttUs: number, count: number): Promise<void> => {
      const samples = Array.from({ length: count }, (_, n) => reply(n * 1_000, rttUs));
      await storeWindow(database, { targetKey: 5, shard: 1, startMs, samples });
    };
    await at(hourMs - 26 * HOUR_MS, 9_000, 100);
    await at(hourMs - 20 * HOUR_MS, 1_000, 30);
    await at(hourMs - 19 * HOUR_MS, 2_000, 30);
    await at(hourMs, 2_000, 1);
    const [unmade] = await read(5);
    expect(Math.abs((unmade?.medianRttUs ?? 0) / 2_000 - 1)).toBeLessThan(0.03);
    for (let shard = 0; shard < SHARDS.shardCount; shard++) await storeWatermark(database, shard, OPEN_MS);
    const session = await connect({ url: server.url, applicationName: 'test' });
    await session.execute('INSERT INTO shard (shard) VALUES (0), (1)');
    while ((await rollUpNext(session)) !== null);
    await session.close();
    expect(await database.query('SELECT FROM probe_hourly WHERE target_key = 5')).toHaveLength(3);
    expect(await read(5)).toEqual([unmade]);
    const [visible, hidden, unknown] = await readInScope('customer=acme', [5, 3, 99]);
    expect(visible).toEqual(unmade);
    expect({ ...hidden, key: 99 }).toEqual(unknown);
  });
});
