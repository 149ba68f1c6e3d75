import type { AsNumbersFile, PathChange, PathView, StoredTrace, StoredTraceSummary } from '@icmp-mon/paths/contract';
import { newId } from '@icmp-mon/platform/ids';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { registerTarget } from './testing/register-target';
import { addAgent, reportOf, storeTraces, traceOf } from './testing/stored-traces';
import { startTestApi, type TestApi } from './testing/test-api';

const IP = '198.51.100.9';
const HOUR_MS = 3_600_000;
const NOW_MS = Date.now();
const NAMES = { '10.0.0.1': 'gw.example.net', '192.0.2.1': 'core.example.net' };

let api: TestApi;
let target: string;
let agents: string[];

const read = async <T>(path: string): Promise<T> => {
  const response = await api.sendRequest(`/api/v1/${path}`);
  expect(response.status, path).toBe(200);
  return (await response.json()) as T;
};
const statusOf = async (path: string): Promise<number> => (await api.sendRequest(`/api/v1/${path}`)).status;
const hoursAgo = (hours: number, line: string, more = {}) =>
  reportOf(target, traceOf(IP, line, NOW_MS - hours * HOUR_MS), more);

beforeAll(async () => {
  api = await startTestApi();
  target = (await registerTarget(api, IP, { vrf: 'default' })).id;
  agents = [
    await addAgent(api, 'ams-1', { site: 'ams' }),
    await addAgent(api, 'ams-2', { site: 'ams' }),
    await addAgent(api, 'fra-1'),
  ];
  const banned = await addAgent(api, 'mal-1', { state: 'banned' });
  // Two sites with the same private address; packets have been lost behind 192.0.2.1 for an hour.
  for (const id of agents) {
    await storeTraces(
      ...([api, id] as const),
      ...[5, 4, 3, 2].map((hours) => hoursAgo(hours, `10.0.0.1 192.0.2.1 203.0.113.5 ${IP}`, { names: NAMES })),
      hoursAgo(1, '10.0.0.1 192.0.2.1 - - - -', { cause: 'bad', names: NAMES }),
    );
  }
  await storeTraces(api, banned, hoursAgo(1, `10.9.9.9 ${IP}`));
  await storeTraces(api, agents[0], hoursAgo(100, `10.0.0.1 ${IP}`));
}, 60_000);
afterAll(() => api.stop());

describe('the path to a target', () => {
  it('is merged over the agents that are not banned, with names, sites and where it breaks', async () => {
    const path = await read<PathView>(`targets/${IP}/path`);
    expect(path.agents.map(({ name, site, reached }) => [name, site, reached])).toEqual([
      ['ams-1', 'ams', false],
      ['ams-2', 'ams', false],
      ['fra-1', 'fra-1', false],
    ]);
    const routers = path.nodes.filter(({ kind }) => kind === 'router');
    expect(routers.map(({ id, name }) => [id, name])).toEqual([
      ['10.0.0.1@ams', 'gw.example.net'],
      ['192.0.2.1', 'core.example.net'],
      ['10.0.0.1@fra-1', 'gw.example.net'],
    ]);
    expect(routers[1]).toMatchObject({ agents, ownPercent: 0, pathPercent: 0, rttUs: 2_000, asNumber: null });
    // The next router is silent: it is known from earlier traces.
    expect(path.breaks.breaks[0]).toMatchObject({ node: '203.0.113.5', agents, against: [], hit: 1, coverage: 1 });
    expect(path).toMatchObject({ targetId: target, ip: IP, agentsOmitted: 0, loops: [] });
  });

  it('is that of an earlier time and of chosen agents, without traces of days before it', async () => {
    const at = new Date(NOW_MS - 1.5 * HOUR_MS).toISOString();
    const path = await read<PathView>(`targets/${target}/path?at=${at}&agents=${agents[0]},${agents[1]}`);
    expect(path.agents.map(({ reached }) => reached)).toEqual([true, true]);
    expect(path.breaks.breaks).toEqual([]);
    expect((await read<PathView>(`targets/${target}/path?at=now-20h`)).agents).toEqual([]);
    expect((await read<PathView>(`targets/${target}/path?at=now-99h`)).agents.map(({ name }) => name)).toEqual([
      'ams-1',
    ]);
  });

  it('is refused for an unknown target, text in place of agents and a time, and an unknown parameter', async () => {
    const asked = [`${newId()}/path`, `${IP}/path?agents=fra-1`, `${IP}/path?at=yesterday`, `${IP}/path?when=now`];
    expect(await Promise.all(asked.map((path) => statusOf(`targets/${path}`)))).toEqual([404, 400, 400, 400]);
  });
});

describe('stored traces', () => {
  it('are listed newest first, in pages, by agent and time', async () => {
    const ids: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page: { items: StoredTraceSummary[]; next: string | null } = await read(
        `targets/${IP}/traces?limit=3&agent=${agents[0]}${cursor && `&cursor=${cursor}`}`,
      );
      ids.push(...page.items.map(({ id }) => id));
      cursor = page.next;
    }
    expect(new Set(ids).size).toBe(6);
    const recent = await read<{ items: StoredTraceSummary[] }>(`targets/${IP}/traces?from=now-90m&to=now`);
    expect(recent.items.map(({ agentName, cause }) => [agentName, cause]).sort()).toEqual([
      ['ams-1', 'bad'],
      ['ams-2', 'bad'],
      ['fra-1', 'bad'],
      ['mal-1', 'schedule'],
    ]);
    expect(await statusOf(`targets/${IP}/traces?cursor=${Buffer.from('traces x y').toString('base64url')}`)).toBe(400);
    expect(await statusOf(`targets/${IP}/traces?agent=7`)).toBe(400);
  });

  it('are read with their probes, and as the table of mtr', async () => {
    const { items } = await read<{ items: StoredTraceSummary[] }>(`targets/${IP}/traces?agent=${agents[2]}&limit=2`);
    const trace = await read<StoredTrace>(`traces/${items[1].id}`);
    expect(trace).toMatchObject({ ...items[1], targetId: target, names: NAMES, asNumbers: {} });
    expect(trace.trace.rounds).toHaveLength(10);
    const response = await api.sendRequest(`/api/v1/traces/${items[1].id}`, { headers: { accept: 'text/plain' } });
    expect(response.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    expect((await response.text()).split('\n').slice(1, 4)).toEqual([
      expect.stringContaining('HOST: fra-1'),
      expect.stringContaining('  1.|-- gw.example.net (10.0.0.1)'),
      expect.stringContaining('  2.|-- core.example.net (192.0.2.1)'),
    ]);
    expect([await statusOf(`traces/${newId()}`), await statusOf('traces/7')]).toEqual([404, 400]);
  });

  it('are hidden from a caller whose scope does not contain the target', async () => {
    const body = { name: 'elsewhere', role: 'viewer', scope: 'site=elsewhere' };
    const { key } = (await (await api.postJson('/api/v1/api-keys', body)).json()) as { key: string };
    const headers = { authorization: `Bearer ${key}` };
    const { items } = await read<{ items: StoredTraceSummary[] }>(`targets/${IP}/traces?limit=1`);
    for (const path of [
      `traces/${items[0].id}`,
      `targets/${IP}/path`,
      `targets/${target}/traces`,
      `targets/${IP}/path-changes`,
    ])
      expect((await api.sendRequest(`/api/v1/${path}`, { headers })).status, path).toBe(404);
  });
});

it('changes of paths are listed newest first', async () => {
  const other = await addAgent(api, 'par-1');
  const traces = (line: string, from: number, number: number) =>
    Array.from({ length: number }, (_, at) => hoursAgo(from - at, line));
  await storeTraces(
    ...([api, other] as const),
    ...traces(`10.0.0.1 192.0.2.1 ${IP}`, 30, 10),
    ...traces(`10.0.0.1 203.0.113.7 ${IP}`, 20, 3),
  );
  const first = await read<{ items: PathChange[]; next: string }>(`targets/${IP}/path-changes?limit=1`);
  const second = await read<{ items: PathChange[]; next: null }>(
    `targets/${IP}/path-changes?limit=1&cursor=${first.next}`,
  );
  expect([...first.items, ...second.items].map(({ agentName, left, joined }) => [agentName, left, joined])).toEqual([
    ['par-1', ['192.0.2.1'], []],
    ['par-1', [], ['203.0.113.7']],
  ]);
  expect(second.next).toBeNull();
  expect((await read<{ items: [] }>(`targets/${IP}/path-changes?from=now-1h`)).items).toEqual([]);
});

describe('AS numbers', () => {
  const send = (body: string, type = 'text/plain'): Promise<Response> =>
    api.sendRequest('/api/v1/as-numbers', { method: 'PUT', body, headers: { 'content-type': type } });

  it('of a file replace the earlier ones together; the longest prefix counts, and private addresses have none', async () => {
    expect(await read<AsNumbersFile>('as-numbers')).toMatchObject({ prefixes: 0, changedAt: null, version: 0 });
    const first = await send('192.0.0.0/8 1 BIG\n192.0.2.0/24 64511\n192.0.2.0/24 AS64496 Example Net\n10.0.0.0/8 2\n');
    expect(await first.json()).toMatchObject({ lines: 4, prefixes: 4, running: null, version: 1 });
    const { nodes } = await read<PathView>(`targets/${IP}/path`);
    const known = nodes.flatMap(({ address, asNumber }) => (asNumber === null ? [] : [[address, asNumber]]));
    expect(known).toEqual([['192.0.2.1', { asn: 64_496, name: 'Example Net' }]]);
    const ranges = await send('192.0.2.0\t192.0.2.9\t64500\tDE\tOTHER\n0.0.0.0\t0.0.0.255\t0\tNone\tNot routed\n');
    expect(await ranges.json()).toMatchObject({ lines: 1, prefixes: 2, version: 2 });
    const { items } = await read<{ items: StoredTraceSummary[] }>(`targets/${IP}/traces?limit=1&agent=${agents[0]}`);
    const { asNumbers } = await read<StoredTrace>(`traces/${items[0].id}`);
    expect(asNumbers).toEqual({ '192.0.2.1': { asn: 64_500, name: 'OTHER' } });
  });

  it('of a file with faults change nothing, and the faulty lines are listed', async () => {
    const response = await send('192.0.2.0/24 1\n\nnonsense\n192.0.2.1/24 2\n');
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      detail: expect.stringContaining('Line 3: has no AS number') as string,
      errors: [{ pointer: '#/lines/3' }, { pointer: '#/lines/4' }],
    });
    expect([(await send('# nothing\n')).status, (await send('{}', 'application/json')).status]).toEqual([400, 415]);
    expect(await read<AsNumbersFile>('as-numbers')).toMatchObject({ lines: 1, running: null, version: 2 });
  });

  it('are imported by one request at a time, by roles that may change agents, and removed', async () => {
    await api.control.execute('INSERT INTO as_number_import (id) VALUES ($1)', [newId()]);
    expect((await send('192.0.2.0/24 1\n')).status).toBe(409);
    await api.control.execute(`UPDATE as_number_import SET seen_at = now() - interval '3 minutes'`);
    const init = { method: 'PUT', body: '192.0.2.0/24 1', headers: { 'content-type': 'text/plain' } };
    expect((await api.sendRequest('/api/v1/as-numbers', { ...init, role: 'viewer' })).status).toBe(403);
    expect((await send('192.0.2.0/24 1\n')).status).toBe(200);
    expect((await api.sendRequest('/api/v1/as-numbers', { method: 'DELETE' })).status).toBe(204);
    expect(await read<AsNumbersFile>('as-numbers')).toMatchObject({ lines: 0, prefixes: 0 });
    const audit = await read<{ items: { did: string }[] }>('events?kind=as-numbers&limit=2');
    expect(audit.items.map(({ did }) => did)).toEqual(['removed the AS numbers', 'imported AS numbers']);
  });
});
