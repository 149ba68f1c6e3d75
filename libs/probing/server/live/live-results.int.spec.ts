import { setTimeout as delay } from 'node:timers/promises';
import { type LiveEvent } from '@icmp-mon/probing/contract';
import { encodeSeriesBody, windowStart } from '@icmp-mon/probing/wire';
import { TelemetryDatabase } from '@icmp-mon/platform/database';
import { eventually, testDatabase, type TestDatabase, testServices, testTopicPrefix } from '@icmp-mon/platform/testing';
import { Redis } from 'ioredis';
import type { Subscription } from 'rxjs';
import { afterAll, beforeAll, describe, expect, it, type MockInstance, vi } from 'vitest';
import { LivePublisher } from '../live-publisher';
import { type Sample, samplesOf, storeAgents, storeWindow } from '../stored-windows.test-rows';
import { WHOLE_POSITION } from './live-id';
import { LiveResults } from './live-results';
import { recentOf } from '../one-target.test-checks';

const SHARDS = 8;
/** Fate of a commit's message in transit. */
type Fate = 'arrives' | 'lost' | 'doubled' | 'late';
const FATES: readonly Fate[] = ['arrives', 'lost', 'arrives', 'doubled', 'arrives', 'late', 'arrives'];

/** The results that one client received, and the id from which it would resume. */
class Viewer {
  readonly events: LiveEvent[] = [];
  lastId: string | null = null;
  resets = 0;
  seen = 0;
  error: unknown;
  private subscription: Subscription | null = null;

  constructor(
    private readonly live: LiveResults,
    private readonly targetKey: number,
  ) {}

  open(): void {
    this.subscription = this.live.streamResults(this.targetKey, this.lastId).subscribe({
      next: (message) => {
        switch (message.kind) {
          case 'results':
            this.events.push(...message.events.all);
            this.lastId = message.events.all.at(-1)?.id ?? this.lastId;
            break;
          case 'seen':
            this.seen++;
            this.lastId = message.id;
            break;
          case 'reset':
            this.resets++;
        }
      },
      error: (error: unknown) => (this.error = error),
    });
  }

  async opened(): Promise<this> {
    const before = this.seen;
    this.open();
    await eventually(() => expect(this.seen).toBe(before + 1));
    return this;
  }

  close(): void {
    this.subscription?.unsubscribe();
  }

  get rtts(): (number | null)[] {
    return this.events.map(({ result }) => result.rttUs);
  }
}

describe('live results', () => {
  const prefix = testTopicPrefix();
  const { redisUrl } = testServices();
  let server: TestDatabase;
  let database: TelemetryDatabase;
  let redis: Redis;
  let live: LiveResults;
  let nextKey = 1;
  let nextRttUs = 1;
  let unsent: string[] = [];
  const watched = new Set(Array.from({ length: 100 }, (_, key) => key));
  const publishers = Array.from(
    { length: SHARDS },
    (_, shard) =>
      new LivePublisher(shard, { watchedKeys: () => watched, publishMessage: (message) => void unsent.push(message) }),
  );

  const start = (url: string): LiveResults => {
    const recent = recentOf(database);
    const results = new LiveResults({ redisUrl: url, prefix, shardCount: SHARDS }, recent);
    results.onModuleInit();
    return results;
  };

  beforeAll(async () => {
    server = await testDatabase('telemetry');
    database = new TelemetryDatabase({ url: server.url });
    await storeAgents(database, 3);
    redis = new Redis(redisUrl);
    live = start(redisUrl);
  });

  afterAll(async () => {
    live.onApplicationShutdown();
    await redis.del(`${prefix}:watch`);
    redis.disconnect();
    await database.close();
    await server.dropDatabase();
  });

  /** Stores `count` results at one position, each with a different rtt that shows its place in the order. */
  async function store(targetKey: number, position: number, count: number, fate: Fate = 'arrives'): Promise<void> {
    const startMs = windowStart(Date.now());
    const samples = Array.from({ length: count }, (_, at): Sample => ({
      agentNo: 1,
      offsetMs: at,
      outcome: 0,
      rttUs: nextRttUs++,
    }));
    const half = Math.ceil(count / 2);
    const shard = targetKey % SHARDS;
    const checks = [samples.slice(0, half), samples.slice(half)].filter(({ length }) => length > 0);
    const rows = checks.map((each, at) => ({ check: at + 1, startMs, body: encodeSeriesBody(samplesOf(each)) }));
    const told = publishers[shard].prepareMessages(position, new Map([[targetKey, rows]]));
    await database.transaction(async (sql) => {
      for (const [at, each] of checks.entries()) {
        await storeWindow(sql, { targetKey, shard, startMs, position, check: at + 1, samples: each });
      }
    });
    told();
    if (fate !== 'late') await send(fate);
  }

  /** Also delivers messages that were delayed before. */
  async function send(fate: Fate): Promise<void> {
    const messages = unsent.reverse();
    unsent = [];
    if (fate === 'lost') return;
    for (const message of fate === 'doubled' ? [...messages, ...messages] : messages) {
      await redis.publish(`${prefix}:live`, message);
    }
  }

  const reads = (statements: MockInstance): number =>
    statements.mock.calls.filter(([text]) => String(text).includes('FROM probe_recent')).length;

  it('are sent to every client as they are stored, with an id of their position', async () => {
    const key = nextKey++;
    await store(key, 5, 1);
    const first = await new Viewer(live, key).opened();
    const second = await new Viewer(live, key).opened();
    nextRttUs = 100;
    await store(key, 9, 3);
    await store(key, 12, 1);
    for (const viewer of [first, second]) {
      await eventually(() => expect(viewer.rtts).toEqual([100, 101, 102, 103]));
      expect(viewer.events.map(({ id }) => id)).toEqual(
        ['9:0', '9:1', '9:2', '12:0'].map((id) => `${key % SHARDS}:${id}`),
      );
      expect(viewer.events[2].result).toMatchObject({
        agentName: 'agent-1',
        check: 2,
        type: 'tcp_connect',
        outcome: 'reply',
      });
      viewer.close();
    }
  });

  it('are read only when a message does not directly follow what is known', async () => {
    const key = nextKey++;
    const viewer = await new Viewer(live, key).opened();
    nextRttUs = 1;
    const told = (count: number): Promise<void> =>
      eventually(() => expect(viewer.rtts).toEqual(Array.from({ length: count }, (_, at) => at + 1)));
    await store(key, 1, 1);
    await told(1);
    const statements = vi.spyOn(database, 'query');
    for (let position = 2; position <= 21; position++) {
      await store(key, position, 1);
      await told(position);
    }
    // Reads of the interval of 5 s.
    expect(reads(statements)).toBeLessThan(15);
    statements.mockRestore();
    // More than a message may contain; then the message before the next one is lost.
    await store(key, 22, 3_000);
    await told(3_021);
    await store(key, 23, 1, 'lost');
    await store(key, 24, 1);
    await told(3_023);
    viewer.close();
  });

  it('continue after an invalid message', async () => {
    const key = nextKey++;
    const viewer = await new Viewer(live, key).opened();
    nextRttUs = 1;
    await store(key, 1, 1);
    for (const message of ['', '{}', '[1]', `{"shard":1,"position":9,"news":[[${key},1,[[1,0,"!"]]]]}`]) {
      await redis.publish(`${prefix}:live`, message);
    }
    await store(key, 2, 1);
    await eventually(() => expect(viewer.rtts).toEqual([1, 2]));
    viewer.close();
  });

  it('announce watched targets to projectors, immediately and repeatedly until the last client has left', async () => {
    const key = nextKey++;
    const heard: string[] = [];
    const listener = redis.duplicate();
    listener.on('message', (_channel, message) => heard.push(message));
    await listener.subscribe(`${prefix}:watch`);
    const viewer = await new Viewer(live, key).opened();
    await eventually(() => expect(heard).toContain(String(key)));
    const score = async (): Promise<number> => Number(await redis.zscore(`${prefix}:watch`, String(key)));
    await eventually(async () => expect(await score()).toBeGreaterThan(Date.now()));
    const before = await score();
    await eventually(async () => expect(await score()).toBeGreaterThan(before));
    viewer.close();
    const last = await score();
    const other = await new Viewer(live, nextKey++).opened();
    heard.length = 0;
    // The announcement is repeated for targets that are still watched.
    await eventually(() => expect(heard).toContain(''));
    expect(await score()).toBe(last);
    other.close();
    listener.disconnect();
  });

  it('continue after an interruption without a gap or a repeat, also with lost, duplicate or reordered messages and in the middle of a commit', async () => {
    const key = nextKey++;
    nextRttUs = 1;
    let written = 0;
    const viewers = Array.from({ length: 4 }, () => new Viewer(live, key));
    await Promise.all(viewers.map((viewer) => viewer.opened()));
    const writing = (async () => {
      for (let position = 1; position <= 150; position++) {
        const count = 1 + (position % 4);
        await store(key, position * 3, count, FATES[position % FATES.length]);
        written += count;
      }
    })();
    const breaking = (async () => {
      for (let round = 0; round < 40; round++) {
        const viewer = viewers[round % viewers.length];
        viewer.close();
        // A connection may end between two results of one commit.
        if (round % 3 === 0 && viewer.events.length > 2) {
          viewer.events.pop();
          viewer.lastId = viewer.events.at(-1)?.id ?? viewer.lastId;
        }
        await delay(round % 5);
        viewer.open();
        await delay(10);
      }
    })();
    await Promise.all([writing, breaking]);
    const all = Array.from({ length: written }, (_, at) => at + 1);
    for (const viewer of viewers) {
      await eventually(() => expect(viewer.events.length).toBeGreaterThanOrEqual(written));
      expect(viewer.rtts).toEqual(all);
      expect(viewer.resets).toBe(0);
      viewer.close();
    }
  });

  it('are sent to a client that connected before the first result of a target', async () => {
    const key = nextKey++;
    const viewer = await new Viewer(live, key).opened();
    expect(viewer.lastId).toBe(`${key % SHARDS}:-1:${WHOLE_POSITION}`);
    viewer.close();
    nextRttUs = 1;
    await store(key, 0, 2);
    await viewer.opened();
    await eventually(() => expect(viewer.rtts).toEqual([1, 2]));
    viewer.close();
  });

  it.each([
    ['a position that is no longer stored', (shard: number) => `${shard}:3:0`],
    ['a position beyond the last', (shard: number) => `${shard}:999:0`],
    ['another shard', (shard: number) => `${shard + 1}:7:0`],
    ['an invalid id', () => 'yesterday'],
  ])('ask a client with the id of %s to read again, and continue from now', async (_, idOf) => {
    const key = nextKey++;
    await store(key, 7, 1);
    const viewer = new Viewer(live, key);
    viewer.lastId = idOf(key % SHARDS);
    await viewer.opened();
    expect(viewer.resets).toBe(1);
    expect(viewer.events).toEqual([]);
    nextRttUs = 50;
    await store(key, 8, 1);
    await eventually(() => expect(viewer.rtts).toEqual([50]));
    viewer.close();
  });

  it('continue with the first results of a recreated log', async () => {
    const key = nextKey++;
    const shard = key % SHARDS;
    const storedUpTo = (position: number): Promise<unknown> =>
      database.execute(
        `INSERT INTO shard_position (shard, participant, position) VALUES ($1, 'series', $2)
         ON CONFLICT (shard, participant) DO UPDATE SET position = excluded.position`,
        [shard, position],
      );
    await store(key, 882_000, 1);
    await storedUpTo(882_000);
    const viewer = await new Viewer(live, key).opened();
    const seen = viewer.seen;
    await database.execute('DELETE FROM probe_recent WHERE target_key = $1', [key]);
    await storedUpTo(-1);
    nextRttUs = 1;
    await store(key, 3, 2);
    await storedUpTo(3);
    await eventually(() => expect(viewer.rtts).toEqual([1, 2]));
    expect(viewer.seen).toBe(seen + 1);
    expect(viewer.lastId).toBe(`${shard}:3:1`);
    // Positions are in order again: no result is sent twice.
    await store(key, 4, 1);
    await storedUpTo(4);
    await eventually(() => expect(viewer.rtts).toEqual([1, 2, 3]));
    viewer.close();
  });

  it('are sent in parts when there are many, one after the other was read, also within one commit', async () => {
    const key = nextKey++;
    nextRttUs = 1;
    await store(key, 1, 1);
    await store(key, 2, 3_500);
    for (let position = 3; position < 10; position++) await store(key, position, 400);
    const told: number[] = [];
    let most = 0;
    let unread = 0;
    let ended = false;
    const following = live
      .streamResults(key, `${key % SHARDS}:1:0`, async () => {
        await delay(1);
        unread = 0;
      })
      .subscribe((message) => {
        if (message.kind === 'seen') ended = true;
        if (message.kind !== 'results') return;
        told.push(...message.events.all.map(({ result }) => result.rttUs ?? 0));
        unread += message.events.all.length;
        most = Math.max(most, unread);
      });
    await eventually(() => expect(ended).toBe(true));
    expect(told).toEqual(Array.from({ length: 3_500 + 7 * 400 }, (_, at) => at + 2));
    // A part; the last position of a batch is complete.
    expect(most).toBeLessThanOrEqual(1_000 + 400);
    following.unsubscribe();
  });

  it('are delayed, but complete, while Redis is unavailable', async () => {
    const away = start('redis://127.0.0.1:1');
    const key = nextKey++;
    const viewer = await new Viewer(away, key).opened();
    nextRttUs = 1;
    await store(key, 1, 3, 'lost');
    await eventually(() => expect(viewer.rtts).toEqual([1, 2, 3]));
    viewer.close();
    away.onApplicationShutdown();
  });

  it('end with an error when the first read fails', async () => {
    const broken = new TelemetryDatabase({ url: 'postgres://nobody@127.0.0.1:1/test' });
    const recent = recentOf(broken);
    const results = new LiveResults({ redisUrl, prefix, shardCount: SHARDS }, recent);
    results.onModuleInit();
    const viewer = new Viewer(results, nextKey++);
    viewer.open();
    await eventually(() => expect(viewer.error).toBeInstanceOf(Error));
    expect(String(viewer.error)).toContain('telemetry database does not answer');
    results.onApplicationShutdown();
    await broken.close();
  });
});
