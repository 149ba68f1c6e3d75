import { TelemetryDatabase } from '@icmp-mon/platform/database';
import { testDatabase, type TestDatabase } from '@icmp-mon/platform/testing';
import { encodePackets, encodePhases, OUTCOME } from '@icmp-mon/probing/contract';
import { WINDOW_MS, windowStart } from '@icmp-mon/probing/wire';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { History } from './history/history';
import { TWO_CHECKS } from './one-target.test-checks';
import { ResultPages } from './results/result-pages';
import { StoredAgents } from './results/stored-agents';
import { storeAgents, storeWindow } from './stored-windows.test-rows';
import { ReadTargetFigures, ReadTargetFiguresHandler } from './target-figures/read-target-figures';
import { UsualRtts } from './target-figures/usual-rtts';
import { TargetDirectory } from '@icmp-mon/targets/contract';

const KEY = 7;
const SHARDS = { shardCount: 8 };
/** A ping, a TCP connection, and a check that the tier no longer has. */
const [PING, CONNECT, FORMER] = [1, 2, 9];

const PHASES = {
  ...{ connectUs: 900, tlsUs: 5_000, firstByteUs: 12_000, totalUs: null },
  certificateEndsAt: '2027-01-02T03:04:05.000Z',
};

class NoScopes extends TargetDirectory {
  override findTarget(): never {
    throw new Error('unused');
  }
  override byKeys(): never {
    throw new Error('unused');
  }
}

describe('results of several checks of a target', () => {
  let server: TestDatabase;
  let database: TelemetryDatabase;
  const startMs = windowStart(Date.now()) - WINDOW_MS;
  const range = { fromMs: startMs, toMs: startMs + WINDOW_MS };

  beforeAll(async () => {
    server = await testDatabase('telemetry');
    database = new TelemetryDatabase({ url: server.url });
    await storeAgents(database, 1);
    const samplesOf = (outcome: number, rttUs: number): Parameters<typeof storeWindow>[1]['samples'] =>
      [0, 1, 2].map((at) => ({ agentNo: 1, offsetMs: 299_000 + at * 100, outcome, rttUs }));
    const row = { targetKey: KEY, shard: KEY, startMs };
    await storeWindow(database, { ...row, check: PING, samples: samplesOf(OUTCOME.reply, 1_000) });
    await storeWindow(database, { ...row, check: CONNECT, samples: samplesOf(OUTCOME.mismatch, 0) });
    await storeWindow(database, { ...row, check: FORMER, samples: samplesOf(OUTCOME.timeout, 0).slice(0, 1) });
    await database.execute('INSERT INTO series_cut (shard, cut) VALUES ($1, $2)', [KEY, new Date(range.toMs)]);
  });

  afterAll(async () => {
    await database.close();
    await server.dropDatabase();
  });

  it('are listed together with their types, or those of one check', async () => {
    const pages = new ResultPages(database, new StoredAgents(database));
    const checks = await TWO_CHECKS.ofTier('standard');
    const all = await pages.readPage({ key: KEY, checks }, { limit: 100 });
    const types = new Map(all.items.map(({ check, type }) => [check, type]));
    expect(all.items).toHaveLength(7);
    expect([PING, CONNECT, FORMER].map((check) => types.get(check))).toEqual(['icmp_ping', 'tcp_connect', null]);
    const first = await pages.readPage({ key: KEY, checks }, { limit: 2, check: CONNECT });
    expect(first.items.map(({ check, outcome }) => [check, outcome])).toEqual([
      [CONNECT, 'mismatch'],
      [CONNECT, 'mismatch'],
    ]);
    const cursor = first.next ?? '';
    expect((await pages.readPage({ key: KEY, checks }, { limit: 2, check: CONNECT, cursor })).items).toHaveLength(1);
    await expect(pages.readPage({ key: KEY, checks }, { limit: 2, cursor })).rejects.toThrow('belongs to another list');
  });

  it('have their details, in fragments and in folded windows', async () => {
    const detailed = (key: number): Parameters<typeof storeWindow>[1] => ({
      ...{ targetKey: key, shard: KEY, startMs, check: PING },
      samples: [
        {
          agentNo: 1,
          offsetMs: 1_000,
          outcome: OUTCOME.reply,
          rttUs: 900,
          detail: encodePackets({ sent: 5, received: 4 }),
        },
        { agentNo: 1, offsetMs: 2_000, outcome: OUTCOME.mismatch, rttUs: 0, detail: encodePhases(PHASES) },
        { agentNo: 1, offsetMs: 3_000, outcome: OUTCOME.reply, rttUs: 800 },
      ],
    });
    await storeWindow(database, detailed(KEY + 8));
    await storeWindow(database, { ...detailed(KEY + 16), startMs: range.toMs, position: 1 });
    const pages = new ResultPages(database, new StoredAgents(database));
    const checks = await TWO_CHECKS.ofTier('standard');
    for (const key of [KEY + 8, KEY + 16]) {
      const { items } = await pages.readPage({ key, checks }, { limit: 10 });
      expect(items.map(({ packets, phases }) => ({ packets, phases }))).toEqual([
        {},
        { phases: PHASES },
        { packets: { sent: 5, received: 4 } },
      ]);
      expect('packets' in (items[0] ?? {})).toBe(false);
    }
  });

  it('are not mixed in the history: other checks of the tier are left out, unless one is asked for', async () => {
    const history = new History(database);
    const { besides } = await TWO_CHECKS.ofTier('standard');
    expect(besides).toEqual([CONNECT]);
    expect((await history.readPoints({ key: KEY, besides }, range, '5m')).items).toMatchObject([{ sent: 4, lost: 1 }]);
    expect((await history.readPoints({ key: KEY, check: CONNECT }, range, '5m')).items).toMatchObject([
      { sent: 3, lost: 3, rttP50Us: null },
    ]);
    expect((await history.readPoints({ key: KEY, check: PING }, range, '1h')).items).toMatchObject([
      { sent: 3, lost: 0 },
    ]);
  });

  it('are not mixed in the figures of the target', async () => {
    const usual = new UsualRtts(database, TWO_CHECKS, SHARDS);
    const handler = new ReadTargetFiguresHandler(database, new NoScopes(), usual, TWO_CHECKS, SHARDS);
    const { items } = await handler.execute(new ReadTargetFigures([KEY], null));
    expect(items[0]).toMatchObject({ rttUs: 1_000, lossRatio: 0.25 });
  });
});
