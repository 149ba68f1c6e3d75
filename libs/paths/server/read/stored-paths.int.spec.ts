import { type AgentSite, AgentSites } from '@icmp-mon/agents/contract';
import { PATH_LIMITS } from '@icmp-mon/paths/contract';
import { TelemetryDatabase } from '@icmp-mon/platform/database';
import { newId } from '@icmp-mon/platform/ids';
import { testDatabase, type TestDatabase } from '@icmp-mon/platform/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { messageOf, reportOf, START_MS, TARGET_IP, traceOf } from '../traces/reports.test-data';
import { TracesProjection } from '../traces/traces.projection';
import { ReadStoredPaths } from './stored-paths';

const HOUR_MS = 3_600_000;

/** Knows every agent, by its id as name. */
class AllAgents extends AgentSites {
  override ofAgents = (ids: readonly string[]): Promise<Map<string, AgentSite>> =>
    Promise.resolve(new Map(ids.map((id) => [id, { name: id, site: 'x', isBanned: false }])));
}

let home: TestDatabase;
let database: TelemetryDatabase;
let paths: ReadStoredPaths;

beforeAll(async () => {
  home = await testDatabase('telemetry');
  database = new TelemetryDatabase({ url: home.url });
  paths = new ReadStoredPaths(database, new AllAgents());
});
afterAll(async () => {
  await database.close();
  await home.dropDatabase();
});

const store = (...messages: ReturnType<typeof messageOf>[]): Promise<void> =>
  database.transaction((sql) => new TracesProjection().handle(sql, messages));

it('of more agents than a merged path may have, the ones with the oldest traces are left out', async () => {
  const id = newId();
  const agents = Array.from({ length: PATH_LIMITS.agents + 2 }, () => newId());
  await store(...agents.map((agent, at) => messageOf(agent, reportOf(id, traceOf('10.0.0.1 T', START_MS + at)))));
  const read = await paths.newestOf({ id, ip: TARGET_IP }, START_MS + HOUR_MS);
  expect(read.agentsOmitted).toBe(2);
  expect(read.paths.map(({ agent }) => agent.agentId)).toEqual(agents.slice(2).sort());
});

it('of an address that the target no longer has, no trace counts', async () => {
  const [id, agent] = [newId(), newId()];
  await store(messageOf(agent, reportOf(id, traceOf('10.0.0.1 T'))));
  expect((await paths.newestOf({ id, ip: '198.51.100.10' }, START_MS + HOUR_MS)).paths).toEqual([]);
  expect((await paths.newestOf({ id, ip: TARGET_IP }, START_MS + HOUR_MS)).paths).toHaveLength(1);
});

it('with loss have the latest trace without loss before it, also one that is days older', async () => {
  const [id, agent] = [newId(), newId()];
  const before = START_MS - 5 * 24 * HOUR_MS;
  await store(
    messageOf(agent, reportOf(id, traceOf('10.0.0.1 192.0.2.7 T', before))),
    messageOf(agent, reportOf(id, traceOf('10.0.0.1 192.0.2.8 T', before + HOUR_MS))),
    messageOf(agent, reportOf(id, traceOf('10.0.0.1 - -', START_MS))),
  );
  const { paths: read } = await paths.newestOf({ id, ip: TARGET_IP }, START_MS + HOUR_MS);
  expect(read.map(({ path }) => path.usual?.addresses)).toEqual([['10.0.0.1', '192.0.2.8', TARGET_IP]]);
});
