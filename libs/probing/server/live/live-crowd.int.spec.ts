import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { Socket } from 'node:net';
import { Authenticator, drainedOf, lastEventIdOf, type Principal, sendEventStream } from '@icmp-mon/platform/http';
import { TelemetryDatabase } from '@icmp-mon/platform/database';
import { encodeSeriesBody, windowStart } from '@icmp-mon/probing/wire';
import { eventually, testDatabase, type TestDatabase, testServices, testTopicPrefix } from '@icmp-mon/platform/testing';
import express, { type Request, type Response } from 'express';
import { Redis } from 'ioredis';
import { map } from 'rxjs';
import { afterAll, beforeAll, describe, expect, it, type MockInstance, vi } from 'vitest';
import { LivePublisher } from '../live-publisher';
import { samplesOf, storeAgents, storeWindow } from '../stored-windows.test-rows';
import { Client } from './live-client.test-client';
import { streamPart } from './live.controller';
import { LiveResults } from './live-results';
import { recentOf } from '../one-target.test-checks';

const SHARDS = 4;
const ON_ONE_TARGET = 100;
const ON_THEIR_OWN = 200;
const UNSENT_BYTES_MAX = 1024 * 1024;

class Doorman extends Authenticator {
  override authenticate(): Promise<Principal | null> {
    return Promise.resolve(null);
  }

  override stillValid(): Promise<boolean> {
    return Promise.resolve(true);
  }
}

const principal: Principal = {
  kind: 'api-key',
  id: 'crowd',
  name: 'crowd',
  role: 'viewer',
  permissions: [],
  scope: null,
  sessionId: null,
};

/** Counts the statements; none begins before `start`. */
function spyOnQueries(database: TelemetryDatabase, start: Promise<void>): MockInstance {
  const query = database.query.bind(database);
  return vi.spyOn(database, 'query').mockImplementation(async (text, params) => {
    await start;
    return query(text, params);
  });
}

describe('a crowd of live streams', () => {
  const prefix = testTopicPrefix();
  const { redisUrl } = testServices();
  const clients: Client[] = [];
  const serverSockets: Socket[] = [];
  let home: TestDatabase;
  let database: TelemetryDatabase;
  let redis: Redis;
  let live: LiveResults;
  const watched = new Set(Array.from({ length: 1 + ON_THEIR_OWN }, (_, at) => at + 1));
  const publishers = Array.from({ length: SHARDS }, (_, shard) => {
    const publish = (message: string): void => void redis.publish(`${prefix}:live`, message);
    return new LivePublisher(shard, { watchedKeys: () => watched, publishMessage: publish });
  });
  let server: Server;
  let port = 0;

  beforeAll(async () => {
    home = await testDatabase('telemetry');
    database = new TelemetryDatabase({ url: home.url });
    await storeAgents(database, 1);
    redis = new Redis(redisUrl);
    live = new LiveResults({ redisUrl, prefix, shardCount: SHARDS }, recentOf(database));
    live.onModuleInit();
    const authenticator = new Doorman();
    const app = express();
    app.get('/:key', (request: Request, response: Response) => {
      const results = live.streamResults(Number(request.params['key']), lastEventIdOf(request), drainedOf(response));
      sendEventStream(request, response, { principal, authenticator, sources: [results.pipe(map(streamPart))] });
    });
    server = createServer(app).listen(0, '127.0.0.1');
    server.on('connection', (socket) => serverSockets.push(socket));
    await once(server, 'listening');
    port = (server.address() as { port: number }).port;
  });

  afterAll(async () => {
    for (const { socket } of clients) socket.destroy();
    server.closeAllConnections();
    server.close();
    live.onApplicationShutdown();
    await redis.del(`${prefix}:watch`);
    redis.disconnect();
    await database.close();
    await home.dropDatabase();
  });

  async function store(keys: readonly number[], position: number, samples: number): Promise<void> {
    const startMs = windowStart(Date.now());
    const made = Array.from({ length: samples }, (_, at) => ({ agentNo: 1, offsetMs: at, outcome: 0, rttUs: at + 1 }));
    await database.transaction(async (sql) => {
      for (const targetKey of keys) {
        await storeWindow(sql, { targetKey, shard: targetKey % SHARDS, startMs, position, samples: made });
      }
    });
    const body = encodeSeriesBody(samplesOf(made));
    for (const [shard, publisher] of publishers.entries()) {
      const ofShard = keys.filter((key) => key % SHARDS === shard);
      publisher.prepareMessages(position, new Map(ofShard.map((key) => [key, [{ check: 1, startMs, body }]])))();
    }
    await redis.ping();
  }

  it('gets every result with few statements, whether all watch one target or different ones', async () => {
    const keys = [1, ...Array.from({ length: ON_THEIR_OWN }, (_, at) => at + 2)];
    const allConnected = eventually(() => expect(serverSockets).toHaveLength(ON_ONE_TARGET + ON_THEIR_OWN));
    const statements = spyOnQueries(database, allConnected);
    for (let at = 0; at < ON_ONE_TARGET; at++) clients.push(Client.open(port, 1));
    for (const key of keys.slice(1)) clients.push(Client.open(port, key));
    await eventually(() => expect(clients.filter(({ seen }) => seen === undefined)).toEqual([]));
    // Clients that connect at the same time, as after a server restart, do not queue for separate connections.
    expect(statements.mock.calls.length).toBeLessThan(keys.length);
    statements.mockClear();
    for (const position of [10, 11, 12]) await store(keys, position, 3);
    await eventually(() => expect(clients.filter(({ ids }) => ids.length < 9)).toEqual([]));
    expect(clients[0].ids).toEqual([10, 11, 12].flatMap((position) => [0, 1, 2].map((at) => `1:${position}:${at}`)));
    expect(new Set(clients.map(({ ids }) => ids.map((id) => id.slice(id.indexOf(':'))).join(' '))).size).toBe(1);
    // 603 targets' commits for 300 clients; a commit that directly follows the previous one is not read.
    expect(statements.mock.calls.length).toBeLessThan(201);
    statements.mockRestore();
  });

  it('does not wait for a client that reads nothing: it is dropped, and resumes without a gap or a repeat', async () => {
    const [quick] = clients;
    const before = quick.ids.length;
    const lazy = Client.open(port, 1);
    await eventually(() => expect(lazy.seen).toBeDefined());
    const atServer = serverSockets.at(-1);
    lazy.socket.pause();
    let unsentBytesMost = 0;
    let position = 100;
    const stored: string[] = [];
    while (atServer?.destroyed === false) {
      await store([1], ++position, 500);
      for (let at = 0; at < 500; at++) stored.push(`1:${position}:${at}`);
      await eventually(() => expect(quick.ids.length).toBe(before + stored.length));
      unsentBytesMost = Math.max(unsentBytesMost, atServer.writableLength);
    }
    // At most one batch above the limit, regardless of how long the client reads nothing.
    expect(unsentBytesMost).toBeLessThan(2 * UNSENT_BYTES_MAX);
    lazy.socket.resume();
    await eventually(() => expect(lazy.socket.destroyed).toBe(true));

    const again = Client.open(port, 1, lazy.seen);
    clients.push(again);
    await eventually(() => expect(lazy.ids.length + again.ids.length).toBeGreaterThanOrEqual(stored.length));
    expect([...lazy.ids, ...again.ids]).toEqual(stored);
    expect(quick.ids.slice(before)).toEqual(stored);
  });

  it('keeps a client that reads, regardless of the number of results: live, or when it resumes', async () => {
    const steady = Client.open(port, 1);
    clients.push(steady);
    await eventually(() => expect(steady.seen).toBeDefined());
    const from = steady.seen;
    // Far more than a client may leave unread.
    await store([1], 1_000, 60_000);
    await store([1], 1_001, 1);
    const again = Client.open(port, 1, from);
    clients.push(again);
    const told = [...Array.from({ length: 60_000 }, (_, at) => `1:1000:${at}`), '1:1001:0'];
    for (const reading of [() => steady.ids, () => again.ids]) {
      await eventually(() => expect(reading().length).toBe(told.length));
      expect(reading()).toEqual(told);
    }
    expect([steady, again].filter(({ socket }) => socket.destroyed)).toEqual([]);
  });
});
