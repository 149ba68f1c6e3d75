import type { Server } from 'node:http';
import type { AgentLanesPage } from '@icmp-mon/probing/contract';
import { WINDOW_MS, windowStart } from '@icmp-mon/probing/wire';
import { DatabaseModule, TelemetryDatabase } from '@icmp-mon/platform/database';
import { HealthPartsModule } from '@icmp-mon/platform/health';
import { createHttpApp, HttpModule, listen, StreamSources } from '@icmp-mon/platform/http';
import {
  eventually,
  testDatabase,
  type TestDatabases,
  testServices,
  testTopicPrefix,
} from '@icmp-mon/platform/testing';
import { type DynamicModule, type INestApplication, Module } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OPERATOR, Surroundings, TARGET } from './probing-api.test-fixture';
import { ProbingApiModule } from './modules/api.module';
import { storeAgents, storeWindow } from './stored-windows.test-rows';

@Module({})
class TestApi {}

interface Answer {
  status: number;
  body: { items: Record<string, unknown>[]; next: string | null; resolution: string; detail: string; errors: object[] };
}

describe('the routes for results', () => {
  let databases: TestDatabases;
  let telemetry: TelemetryDatabase;
  let app: INestApplication;
  let address: string;
  const startMs = windowStart(Date.now()) - WINDOW_MS;
  const samples = [
    { agentNo: 1, offsetMs: 1_000, outcome: 0, rttUs: 840 },
    { agentNo: 2, offsetMs: 2_000, outcome: 1, rttUs: 0 },
    { agentNo: 1, offsetMs: 3_000, outcome: 2, rttUs: 0 },
  ];

  beforeAll(async () => {
    databases = await testDatabase('both');
    const api: DynamicModule = {
      module: TestApi,
      imports: [
        DatabaseModule.register(databases),
        Surroundings,
        CqrsModule.forRoot(),
        HttpModule,
        HealthPartsModule.register(),
        ProbingApiModule.register({ redisUrl: testServices().redisUrl, prefix: testTopicPrefix(), shardCount: 8 }),
      ],
    };
    const created = await createHttpApp(api, { logger: false });
    app = created;
    address = `http://127.0.0.1:${await listen(created, 0, '127.0.0.1')}/api/v1/targets`;
    telemetry = app.get(TelemetryDatabase);
    await storeAgents(telemetry, 2);
    await storeWindow(telemetry, { targetKey: TARGET.key, shard: 3, startMs, samples, position: 4 });
  });

  afterAll(async () => {
    // After a cancelled stream, fetch opens a spare connection; the server would wait for its first request.
    (app.getHttpServer() as Server).closeAllConnections();
    await app.close();
    await databases.dropDatabases();
  });

  async function get(path: string): Promise<Answer> {
    const response = await fetch(`${address}/${path}`);
    return { status: response.status, body: (await response.json()) as Answer['body'] };
  }

  it.each([TARGET.id, TARGET.ip])('return the results of %s', async (reference) => {
    const { status, body } = await get(`${reference}/results?limit=2&from=now-1h`);
    expect(status).toBe(200);
    expect(body.items).toMatchObject([
      { at: new Date(startMs + 3_000).toISOString(), agentName: 'agent-1', check: 1, outcome: 'not_sent', rttUs: null },
      { agentName: 'agent-2', outcome: 'timeout', rttUs: null },
    ]);
    const rest = await get(`${reference}/results?limit=2&from=now-1h&cursor=${body.next}`);
    expect(rest.body).toMatchObject({ items: [{ outcome: 'reply', rttUs: 840, type: 'icmp_ping' }], next: null });
  });

  it('return the history', async () => {
    const { status, body } = await get(`${TARGET.ip}/history`);
    expect(status).toBe(200);
    expect(body.resolution).toBe('5m');
    expect(body.items).toMatchObject([
      { at: new Date(startMs).toISOString(), sent: 2, lost: 1, notSent: 1, rttP50Us: 840 },
    ]);
  });

  it('return the history by agent', async () => {
    const response = await fetch(`${address}/${TARGET.ip}/history/agents?from=now-1h`);
    const body = (await response.json()) as AgentLanesPage;
    expect(body.windowMs).toBe(300_000);
    const window = (startMs - Date.parse(body.from)) / body.windowMs;
    expect(
      body.agents.map(({ agentName, sent, lost, rttP50Us }) => [
        ...[agentName, sent.length, sent[window], lost[window], rttP50Us[window]],
        sent.reduce((sum, each) => sum + each),
      ]),
    ).toEqual([
      ['agent-1', body.windows, 1, 0, 840, 1],
      ['agent-2', body.windows, 1, 1, null, 1],
    ]);
  });

  it.each([
    ['history/agents?from=now-3d', '?from'],
    ['results?limit=0', '?limit'],
    ['results?limit=1001', '?limit'],
    ['results?limit=ten', '?limit'],
    ['results?from=yesterday', '?from'],
    ['results?cursor=xyz', '?cursor'],
    ['results?page=2', '?page'],
    ['history?from=now-60d&resolution=5m', '?resolution'],
    ['history?resolution=2h', '?resolution'],
    ['history?from=now&to=now-1h', '?from'],
    ['history?to=soon', '?to'],
  ])('refuse %s and name the parameter', async (query, pointer) => {
    const { status, body } = await get(`${TARGET.ip}/${query}`);
    expect(status).toBe(400);
    expect(body.errors).toContainEqual(expect.objectContaining({ pointer }));
  });

  it('return a history of a year by days, and refuse one in windows of five minutes', async () => {
    const { body } = await get(`${TARGET.ip}/history?from=now-365d`);
    expect(body.resolution).toBe('1d');
    expect(body.items).toHaveLength(1);
    const refused = await get(`${TARGET.ip}/history?from=now-365d&resolution=5m`);
    expect(refused.status).toBe(400);
    expect(refused.body.detail).toBe('At a resolution of 5m, from must be at most 34 days before to: use 1h.');
  });

  it.each(['results', 'history', 'live'])('answer 404 for %s of an unknown target', async (route) => {
    expect((await get(`127.0.0.10/${route}`)).status).toBe(404);
  });

  it('stream live results, and resume after the last id', async () => {
    const open = async (lastEventId?: string): Promise<{ text: () => string; end: () => Promise<void> }> => {
      const headers: Record<string, string> = lastEventId === undefined ? {} : { 'last-event-id': lastEventId };
      const response = await fetch(`${address}/${TARGET.ip}/live`, { headers });
      expect(response.headers.get('content-type')).toContain('text/event-stream');
      const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
      let text = '';
      const read = async (): Promise<void> => {
        for (let chunk = await reader?.read(); chunk && !chunk.done; chunk = await reader?.read()) text += chunk.value;
      };
      const reading = read();
      const end = async (): Promise<void> => {
        await reader?.cancel();
        await reading;
      };
      return { text: () => text, end };
    };
    const first = await open();
    await eventually(() => expect(first.text()).toContain('id: 3:4:'));
    const row = { targetKey: TARGET.key, shard: 3, startMs };
    await storeWindow(telemetry, { ...row, samples: samples.slice(0, 2), position: 8 });
    await eventually(() =>
      expect(first.text()).toMatch(/id: 3:8:0\nevent: result\ndata: {"at":.*"rttUs":840}\n\nid: 3:8:1\n/),
    );
    await first.end();
    const second = await open('3:8:0');
    await eventually(() => expect(second.text()).toContain('id: 3:8:1\nevent: result'));
    expect(second.text()).not.toContain('id: 3:8:0');
    await second.end();
  });

  it('add live results to the other streams of a tab', async () => {
    const sources = app.get(StreamSources);
    const heard: unknown[] = [];
    const request = { lastEventId: null, principal: OPERATOR, whenDrained: () => Promise.resolve() };
    const streams = sources.openStreams({ ...request, query: { live: TARGET.id } });
    expect(streams).toHaveLength(1);
    const subscription = streams[0].subscribe((message) => heard.push(message));
    await eventually(async () => {
      const position = 100 + heard.length + Math.floor(performance.now());
      await storeWindow(telemetry, {
        targetKey: TARGET.key,
        shard: 3,
        startMs,
        samples: samples.slice(0, 1),
        position,
      });
      expect(String(heard[0])).toMatch(
        new RegExp(`^event: result\ndata: .*"targetKey":${TARGET.key},.*"rttUs":840}}\n\n`),
      );
    });
    subscription.unsubscribe();

    expect(sources.openStreams({ ...request, query: {} })).toEqual([]);
    let completed = false;
    sources
      .openStreams({ ...request, query: { live: '127.0.0.10' } })[0]
      .subscribe({ complete: () => (completed = true) });
    await eventually(() => expect(completed).toBe(true));
    const stranger = { ...OPERATOR, permissions: [] };
    expect(() => sources.openStreams({ ...request, principal: stranger, query: { live: TARGET.id } })).toThrow(
      'results:read',
    );
  });
});
