import type { Redis } from 'ioredis';
import type { LiveBus } from './live-publisher';

const REFRESH_MS = 5_000;
const WATCHED_MAX = 10_000;

/**
 * Watched targets in the sorted set `<prefix>:watch` (score: until when), what was stored of them on `<prefix>:live` (see
 * `live-news.ts`). A message on `<prefix>:watch` is the key of a target that is watched from now on, or empty: the set
 * was renewed. While nobody watches nothing is asked of Redis.
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

  /** Begins to follow who watches what. Redis may be away: live views then wait, nothing else does. */
  start(): void {
    // It subscribes anew at each connection, also at the first one that succeeds.
    this.subscriber = this.redis.duplicate({ autoResubscribe: false });
    this.subscriber.on('ready', () => void this.subscribe());
    this.subscriber.on('error', (error) => this.warn('Redis: cannot follow which targets are watched', error));
    this.subscriber.on('message', (_channel, key) => {
      if (key === '') this.renewed = true;
      else if (this.keys.size < WATCHED_MAX) this.keys.add(Number(key));
    });
    this.timer = setInterval(() => {
      // Those who have left the set are found by looking, so as long as there are any.
      if (this.renewed || this.keys.size > 0) void this.refresh();
    }, REFRESH_MS);
  }

  private async subscribe(): Promise<void> {
    try {
      await this.subscriber?.subscribe(`${this.prefix}:watch`);
      // Whoever began to watch before that is in the set.
      await this.refresh();
    } catch (error) {
      this.warn('Redis: cannot follow which targets are watched', error);
    }
  }

  watched(): ReadonlySet<number> {
    return this.keys;
  }

  publish(message: string): void {
    this.redis
      .publish(`${this.prefix}:live`, message)
      .catch((error: unknown) => this.warn('Redis: results were not published to live views', error));
  }

  private async refresh(): Promise<void> {
    this.renewed = false;
    try {
      const nowMs = Date.now();
      await this.redis.zremrangebyscore(`${this.prefix}:watch`, '-inf', nowMs);
      const keys = await this.redis.zrangebyscore(`${this.prefix}:watch`, nowMs, '+inf', 'LIMIT', 0, WATCHED_MAX);
      this.keys = new Set(keys.map(Number));
    } catch (error) {
      this.warn('Redis: cannot read which targets are watched', error);
    }
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    this.subscriber?.disconnect();
  }
}
