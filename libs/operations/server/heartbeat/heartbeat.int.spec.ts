import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ControlDatabase, TelemetryDatabase } from '@icmp-mon/platform/database';
import { DEFAULT_THRESHOLDS } from '@icmp-mon/platform/health';
import { Messaging } from '@icmp-mon/platform/messaging';
import {
  eventually,
  testDatabase,
  type TestDatabases,
  testServices,
  testTopicPrefix,
} from '@icmp-mon/platform/testing';
import { SHARDS_PART } from '@icmp-mon/shard/engine';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { CONSUMERS_PART } from '../health/consumers';
import { HealthReader } from '../health/health-reader';
import type { HealthSources } from '../health/health-reading';
import { HealthWatch } from './health-watch';
import { Heartbeat } from './heartbeat';

describe('the heartbeat', () => {
  let databases: TestDatabases;
  let control: ControlDatabase;
  let telemetry: TelemetryDatabase;
  let messaging: Messaging;
  let listener: Server | undefined;

  beforeAll(async () => {
    databases = await testDatabase('both');
    control = new ControlDatabase({ url: databases.controlUrl });
    telemetry = new TelemetryDatabase({ url: databases.telemetryUrl });
    const { kafkaBrokers: brokers } = testServices();
    messaging = new Messaging({ brokers, topicPrefix: testTopicPrefix(), clientId: 'test' });
    await messaging.ensureTopics({ shardCount: 1 });
    await telemetry.execute(
      `INSERT INTO shard (shard, epoch, holder, expires_at) VALUES (0, 1, 'host:1:1', now() + interval '1 hour')`,
    );
  });

  afterEach(async () => {
    listener?.closeAllConnections();
    await new Promise((resolve) => (listener ? listener.close(resolve) : resolve(null)));
    listener = undefined;
  });

  afterAll(async () => {
    await messaging.close();
    await control.close();
    await telemetry.close();
    await databases.dropDatabases();
  });

  async function listen(answer: RequestListener): Promise<string> {
    const server = createServer(answer);
    listener = server;
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/beat`;
  }

  const sources = (): HealthSources => ({
    control,
    telemetry,
    messaging,
    thresholds: DEFAULT_THRESHOLDS,
    disks: [{ name: 'here', path: '/' }],
  });
  const beatTo = (url: string): Heartbeat => new Heartbeat(new HealthReader(sources(), [SHARDS_PART]), url);

  /** Sets how long ago, in s, the last stored record of the shard's log was written. */
  const stored = (secondsAgo: number): Promise<number> =>
    telemetry.execute(
      `INSERT INTO shard_position (shard, participant, position, log_at)
       VALUES (0, 'series', 10, clock_timestamp() - $1 * interval '1 second')
       ON CONFLICT (shard, participant) DO UPDATE SET log_at = excluded.log_at`,
      [secondsAgo],
    );

  it('is sent while the shards are fresh, and withheld when one stalls', async () => {
    const heard: string[] = [];
    const url = await listen((request, response) => {
      heard.push(`${request.method} ${request.url}`);
      response.writeHead(200).end('OK');
    });
    await stored(1);
    expect(await beatTo(url).sendBeat()).toBe('sent');
    expect(heard).toEqual(['POST /beat']);
    await stored(120);
    expect(await beatTo(url).sendBeat()).toBe('withheld');
    expect(heard).toHaveLength(1);
    await stored(1);
    expect(await beatTo(url).sendBeat()).toBe('sent');
  });

  it('is withheld when the health cannot be read', async () => {
    const away = new TelemetryDatabase({ url: 'postgres://nobody@127.0.0.1:1/none' });
    const reader = new HealthReader({ ...sources(), telemetry: away }, [SHARDS_PART]);
    const url = await listen((_request, response) => void response.end());
    expect(await new Heartbeat(reader, url).sendBeat()).toBe('withheld');
    expect((await reader.readHealth()).parts[0]).toMatchObject({ state: 'unknown', unknownSince: expect.any(String) });
    await away.close();
  });

  it('is withheld while a consumer group is stalled', async () => {
    const url = await listen((_request, response) => void response.end());
    const beat = (): Promise<string> => new Heartbeat(new HealthReader(sources(), [CONSUMERS_PART]), url).sendBeat();
    expect(await beat()).toBe('sent');
    await control.execute(
      `INSERT INTO consumer_offset (group_id, topic, partition, next_offset, updated_at)
       VALUES ('target-list', $1, 0, 7, now() - interval '10 minutes')`,
      [messaging.topic('public.targets.v1')],
    );
    expect(await beat()).toBe('withheld');
    // The first message after a quiet time is not a stall.
    await messaging.sendMessages('public.targets.v1', [{ key: null, value: Buffer.from('{}'), partition: 0 }]);
    await control.execute('UPDATE consumer_offset SET next_offset = 0');
    expect(await beat()).toBe('sent');
  });

  it('follows no redirect, and counts refused requests and connections as failed', async () => {
    await stored(1);
    const asked: (string | undefined)[] = [];
    const url = await listen((request, response) => {
      asked.push(request.url);
      response.writeHead(302, { location: '/elsewhere' }).end();
    });
    expect(await beatTo(url).sendBeat()).toBe('failed');
    expect(asked).toEqual(['/beat']);
    expect(await beatTo('http://127.0.0.1:1/').sendBeat()).toBe('failed');
  });

  it('is sent by one of several workers, which also samples the disks', async () => {
    await stored(1);
    const watches = [new HealthWatch({ sources: sources() }), new HealthWatch({ sources: sources() })];
    for (const watch of watches) watch.start();
    await eventually(async () => {
      const samples = await control.query<{ disk: string }>('SELECT disk FROM disk_sample ORDER BY disk');
      expect(samples.map(({ disk }) => disk)).toEqual(expect.arrayContaining(['control database', 'here']));
    });
    const leases = await control.query(`SELECT 1 FROM lease WHERE name = 'health-watch'`);
    expect(leases).toHaveLength(1);
    const times = await control.query('SELECT DISTINCT at FROM disk_sample');
    expect(times).toHaveLength(1);
    await Promise.all(watches.map((watch) => watch.stop()));
  });
});
