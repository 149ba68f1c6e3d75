import { afterAll, beforeAll, expect, it } from 'vitest';
import { OUTCOME } from '@icmp-mon/probing/contract';
import { windowStart } from '@icmp-mon/probing/wire';
import { TelemetryDatabase } from '@icmp-mon/platform/database';
import { testDatabase, type TestDatabase } from '@icmp-mon/platform/testing';
import { storeAgents, storeWindow } from '@icmp-mon/probing/server/testing';
import { judgeNumbers, judgeWitness } from './judge';

const START_MS = windowStart(Date.parse('2026-11-18T11:06:40Z'));
const KEY = 7;

let server: TestDatabase;
let agentId: string;

const reply = (number: number, offsetMs = number * 5_000) => ({
  agentNo: 1,
  offsetMs,
  outcome: OUTCOME.reply,
  rttUs: number,
});

beforeAll(async () => {
  server = await testDatabase('telemetry');
  const database = new TelemetryDatabase({ url: server.url });
  agentId = (await storeAgents(database, 1))[0] ?? '';
  // 3 is missing, 4 is stored twice, once in a row of its own.
  await storeWindow(database, { targetKey: KEY, startMs: START_MS, samples: [1, 2, 4, 5].map((n) => reply(n)) });
  await storeWindow(database, { targetKey: KEY, startMs: START_MS, samples: [reply(4)], position: 9 });
  await database.close();
});

afterAll(async () => {
  await server.dropDatabase();
});

it('finds missing, duplicate and unexpected numbers', async () => {
  const all = { from: 1, to: 5, disowned: [] };
  expect(await judgeNumbers(server.url, agentId, all)).toEqual({
    sent: 5,
    stored: 5,
    missing: 1,
    duplicates: 1,
    surplus: 0,
  });
  const disowned = { from: 1, to: 2, disowned: [2] };
  expect(await judgeNumbers(server.url, agentId, disowned)).toMatchObject({ sent: 1, missing: 0, surplus: 1 });
});

it('finds spooled results that are not stored, duplicates, and results that were never spooled', async () => {
  const spooled = [1, 2, 3, 4].map((number) => ({
    ...{ targetKey: KEY, check: 1, outcome: 'reply' as const, rttUs: number },
    at: new Date(START_MS + number * 5_000 + 40).toISOString(),
  }));
  const options = { spooled, since: new Date(START_MS), keys: [KEY] };
  expect(await judgeWitness(server.url, 'agent-1', options)).toEqual({
    ...{ sent: 4, stored: 5, missing: 1 },
    ...{ duplicates: 1, surplus: 1 },
  });
  expect(await judgeWitness(server.url, 'agent-1', { ...options, keys: [8] })).toMatchObject({ sent: 0, stored: 0 });
});
