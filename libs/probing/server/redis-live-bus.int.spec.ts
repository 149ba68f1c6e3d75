import { eventually, testServices, testTopicPrefix } from '@icmp-mon/platform/testing';
import { Redis } from 'ioredis';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { LiveWakes } from './live/live-wakes';
import { LivePublisher } from './live-publisher';
import { RedisLiveBus } from './redis-live-bus';

const MINUTE_MS = 60_000;

describe('live wake-ups of a projector', () => {
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

  it('ask and tell Redis nothing while nobody looks, and are there at once for who does', async () => {
    vi.useFakeTimers({ toFake: ['setInterval'] });
    const asked = vi.spyOn(redis, 'sendCommand');
    const commands = (): string[] => asked.mock.calls.map(([command]) => command.name);
    const publisher = new LivePublisher(bus);
    bus.start();
    await vi.waitUntil(() => commands().includes('zrangebyscore'), { timeout: 20_000 });
    await redis.ping();
    asked.mockClear();

    await vi.advanceTimersByTimeAsync(MINUTE_MS);
    for (let position = 0; position < 100; position++) publisher.wake(publisher.watchedAmong([1, 2, 3]), position);
    expect(commands()).toEqual([]);

    const wakes = new LiveWakes(redisUrl, prefix);
    let woken = 0;
    await vi.waitUntil(async () => {
      wakes.watch(2, () => woken++);
      return bus.watched().has(2);
    });
    await vi.waitUntil(() => {
      publisher.wake(publisher.watchedAmong([1, 2, 3]), 100);
      return woken > 0;
    });
    expect(new Set(commands())).toEqual(new Set(['publish']));

    // Who has left is forgotten when the time is over for which the word was given.
    wakes.close();
    await redis.zadd(`${prefix}:watch`, Date.now() - 1, '2');
    await vi.advanceTimersByTimeAsync(5_000);
    vi.useRealTimers();
    await eventually(() => expect(bus.watched().size).toBe(0));
    expect(troubles).toEqual([]);
  });
});
