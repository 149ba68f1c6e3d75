import type { Redis } from 'ioredis';
import type { LiveBus } from './live-publisher';

const REFRESH_MS = 5_000;
const WATCHED_MAX = 10_000;

/**
 * Watched targets are in the sorted set `<prefix>:watch` (score: until when); results stored of them are published on `<prefix>:live` (see
 * `live-news.ts`). A message on `<prefix>:watch` is the key of a target that is watched from now on, or empty: the set was renewed. While
 * no target is watched, nothing is requested from Redis.
 */
export class RedisLiveBus implements LiveBus {
  private keys = new Set<number>();
  private renewed = false;
  private timer: NodeJS.Timeout | undefined;
  private subscriber: Redis | undefined;

  constructor(
    private readonly redis: Redis,
    private readonly prefix: string,
    private readonly warn: (message: string, error: unknown) => void,
  ) {}

  /** Starts following which targets are watched. Without Redis only live views wait. */
  start(): void {
    // Subscribes again at each connection, also at the first successful one.
    this.subscriber = this.redis.duplicate({ autoResubscribe: false });
    this.subscriber.on('ready', () => void this.subscribeChannel());
    this.subscriber.on('error', (error) => this.warn('Redis: following the watched targets failed', error));
    this.subscriber.on('message', (_channel, key) => {
      if (key === '') this.renewed = true;
      else if (this.keys.size < WATCHED_MAX) this.keys.add(Number(key));
    });
    this.timer = setInterval(() => {
      // Targets that left the set are found by polling, while there are any.
      if (this.renewed || this.keys.size > 0) void this.refreshWatched();
    }, REFRESH_MS);
  }

  private async subscribeChannel(): Promise<void> {
    try {
      await this.subscriber?.subscribe(`${this.prefix}:watch`);
      // Targets watched before the subscription are in the set.
      await this.refreshWatched();
    } catch (error) {
      this.warn('Redis: following the watched targets failed', error);
    }
  }

  watchedKeys(): ReadonlySet<number> {
    return this.keys;
  }

  publishMessage(message: string): void {
    this.redis
      .publish(`${this.prefix}:live`, message)
      .catch((error: unknown) => this.warn('Redis: publishing results to live views failed', error));
  }

  private async refreshWatched(): Promise<void> {
    this.renewed = false;
    try {
      const nowMs = Date.now();
      await this.redis.zremrangebyscore(`${this.prefix}:watch`, '-inf', nowMs);
      const keys = await this.redis.zrangebyscore(`${this.prefix}:watch`, nowMs, '+inf', 'LIMIT', 0, WATCHED_MAX);
      this.keys = new Set(keys.map(Number));
    } catch (error) {
      this.warn('Redis: reading the watched targets failed', error);
    }
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    this.subscriber?.disconnect();
  }
}
