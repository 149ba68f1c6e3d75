import { eventually, testServices, testTopicPrefix } from '@icmp-mon/platform/testing';
import { Redis } from 'ioredis';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { windowStart } from '@icmp-mon/probing/wire';
import { type LiveNews, type LiveRow } from './live/live-news';
import { WatchedTargets } from './live/watched-targets';
import { LivePublisher } from './live-publisher';
import { RedisLiveBus } from './redis-live-bus';

const MINUTE_MS = 60_000;

describe('the live bus of a projector', () => {
  const { redisUrl } = testServices();
  const prefix = testTopicPrefix();
  const redis = new Redis(redisUrl);
  const troubles: unknown[] = [];
  const bus = new RedisLiveBus(redis, prefix, (message) => troubles.push(message));

  afterEach(async () => {
    vi.useRealTimers();
    await bus.stop();
    await redis.del(`${prefix}:watch`);
    redis.disconnect();
  });

  it('sends nothing to Redis while no target is watched, and serves new viewers immediately', async () => {
    vi.useFakeTimers({ toFake: ['setInterval'] });
    const asked = vi.spyOn(redis, 'sendCommand');
    const commands = (): string[] => asked.mock.calls.map(([command]) => command.name);
    const publisher = new LivePublisher(0, bus);
    const rows: LiveRow[] = [{ check: 1, startMs: windowStart(Date.now()), body: Uint8Array.of(1, 2, 3) }];
    /** A commit of three targets, with the rows that the shard passes for watched ones. */
    const commit = (position: number): void => {
      const watched = [1, 2, 3].filter((key) => bus.watchedKeys().has(key));
      publisher.prepareMessages(position, new Map(watched.map((key) => [key, rows])))();
    };
    bus.start();
    await vi.waitUntil(() => commands().includes('zrangebyscore'), { timeout: 20_000 });
    await redis.ping();
    asked.mockClear();

    await vi.advanceTimersByTimeAsync(MINUTE_MS);
    for (let position = 0; position < 100; position++) commit(position);
    expect(commands()).toEqual([]);

    const watching = new WatchedTargets(redisUrl, prefix);
    const heard: LiveNews[] = [];
    let position = 100;
    await vi.waitUntil(async () => {
      watching.watchTarget(2, { onNews: (news) => heard.push(news), scheduleRead: () => undefined });
      return bus.watchedKeys().has(2);
    });
    await vi.waitUntil(() => {
      commit(position++);
      return heard.length > 1;
    });
    expect(heard[1]).toEqual({
      ...{ targetKey: 2, shard: 0, position: heard[1].position, after: heard[0].position },
      rows: [{ ...rows[0], body: Buffer.from(rows[0].body) }],
    });
    expect(new Set(commands())).toEqual(new Set(['publish']));

    // Targets of viewers that left are removed when their announcement has expired.
    watching.close();
    await redis.zadd(`${prefix}:watch`, Date.now() - 1, '2');
    await vi.advanceTimersByTimeAsync(5_000);
    vi.useRealTimers();
    await eventually(() => expect(bus.watchedKeys().size).toBe(0));
    expect(troubles).toEqual([]);
  });
});
