import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { DEFAULT_THRESHOLDS } from '@icmp-mon/platform/health';
import { newId } from '@icmp-mon/platform/ids';
import { Messaging } from '@icmp-mon/platform/messaging';
import type { ContextApp } from '@icmp-mon/platform/plugins';
import {
  eventually,
  testDatabase,
  type TestDatabases,
  testServices,
  testTopicPrefix,
} from '@icmp-mon/platform/testing';
import type { SourceDefinition } from '@icmp-mon/targets/contract';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { workerApp } from './worker.module';

let databases: TestDatabases;
let control: ControlDatabase;
let messaging: Messaging;
let worker: ContextApp;
let list: Server;

beforeAll(async () => {
  databases = await testDatabase('both');
  control = new ControlDatabase({ url: databases.controlUrl });
  await control.execute(`INSERT INTO tier (name, built_in, policy, version) VALUES ('fast', true, '{}', 1)`);
  const topicPrefix = testTopicPrefix();
  const { kafkaBrokers, redisUrl } = testServices();
  messaging = new Messaging({ brokers: kafkaBrokers, topicPrefix, clientId: 'test' });
  await messaging.ensureTopics({ shardCount: 2 });
  list = createServer((_request, response) => {
    response
      .setHeader('Content-Type', 'application/json')
      .end('[{"targets":["192.0.2.1:9100"],"labels":{"site":"fra"}}]');
  });
  await new Promise<void>((resolve) => void list.listen(0, '127.0.0.1', resolve));
  worker = workerApp(() => ({
    ...{ controlDatabaseUrl: databases.controlUrl, telemetryDatabaseUrl: databases.telemetryUrl },
    ...{ kafkaBrokers, redisUrl, topicPrefix, shardCount: 2, resultsKeptDays: 30, hourlyKeptDays: 396 },
    ...{
      statusChangesKeptDays: 396,
      agentMetricsKeptDays: 30,
      opsPort: 0,
      holdDownMaxS: 300,
      agentVersionMin: undefined,
    },
    ...{ healthThresholds: DEFAULT_THRESHOLDS, disks: [], heartbeatUrl: undefined, heartbeatIntervalS: 60 },
    ...{ credentialsKey: undefined, sourcesDir: undefined, sourcesAllowed: ['127.0.0.1'] },
  }));
  await worker.start();
});

afterAll(async () => {
  await worker.stop();
  await messaging.close();
  await control.close();
  await databases.dropDatabases();
  await new Promise((resolve) => void list.close(resolve));
});

it('the worker runs a source that is due, and imports its list', async () => {
  const definition: SourceDefinition = {
    ...{ name: 'List', kind: 'http_sd', location: `http://127.0.0.1:${(list.address() as AddressInfo).port}/` },
    ...{ isEnabled: true, intervalS: 3_600, tier: 'fast', vrf: 'default', statuses: [], query: '', nameFrom: null },
    ...{ tagsFrom: null, existing: 'leave', left: 'keep', leftSharePercent: 10 },
  };
  await control.execute(
    `INSERT INTO inventory_source (id, name, definition, due_at) VALUES ($1, 'List', $2::jsonb, now())`,
    [newId(), JSON.stringify(definition)],
  );
  await eventually(
    async () => {
      const runs = await control.query('SELECT state, created, error FROM inventory_source_run');
      expect(runs).toEqual([{ state: 'completed', created: 1, error: null }]);
    },
    { withinMs: 60_000 },
  );
  expect(await control.query('SELECT host(ip) AS ip, tags, tier FROM target_list')).toEqual([
    { ip: '192.0.2.1', tags: { site: 'fra' }, tier: 'fast' },
  ]);
});
