import { isFormerPrimary } from '@icmp-mon/platform/errors';
import { createLogger } from '@icmp-mon/platform/ops';
import { Redis, type RedisOptions } from 'ioredis';
import { type LiveNews, readLiveMessage } from './live-news';

const RECONNECT_MS_MAX = 2_000;
const CONNECT_TIMEOUT_MS = 5_000;
/** A projector publishes for a target this long after the last word that somebody watches it. */
const WATCHED_MS = 15_000;
const logger = createLogger('live');

const OPTIONS: RedisOptions = {
  connectTimeout: CONNECT_TIMEOUT_MS,
  // Nothing waits for Redis: what cannot be said now is said by the next turn.
  enableOfflineQueue: false,
  maxRetriesPerRequest: 1,
  autoResubscribe: false,
  retryStrategy: (attempts) => Math.min(attempts * 100, RECONNECT_MS_MAX),
  reconnectOnError: isFormerPrimary,
};

/** What is to be done about one target. */
export interface LiveListener {
  /** A commit stored something of it. */
  hear(news: LiveNews): void;
  /** Something may have been stored. */
  wake(): void;
}

/**
 * Tells projectors which targets are watched here (sorted set `<prefix>:watch`, score: until when, in ms), and hears on
 * `<prefix>:live` what is stored of those that are watched anywhere. While Redis is away nothing is heard, and nothing
 * breaks.
 */
export class WatchedTargets {
  private readonly commands: Redis;
  private readonly subscriber: Redis;
  private readonly listeners = new Map<number, LiveListener>();
  private away = false;

  constructor(
    redisUrl: string,
    private readonly prefix: string,
  ) {
    this.commands = new Redis(redisUrl, OPTIONS);
    this.subscriber = new Redis(redisUrl, OPTIONS);
    for (const connection of [this.commands, this.subscriber]) {
      connection.on('error', (error) => this.warn(error));
    }
    this.subscriber.on('ready', () => this.say(() => this.subscribe()));
    this.subscriber.on('message', (_channel, text) => this.hear(text));
  }

  /** Tells `listener` of the target, until `forget`. */
  watch(targetKey: number, listener: LiveListener): void {
    this.listeners.set(targetKey, listener);
    this.say(async () => {
      await this.announce([targetKey]);
      await this.commands.publish(`${this.prefix}:watch`, String(targetKey));
    });
  }

  forget(targetKey: number): void {
    this.listeners.delete(targetKey);
  }

  /** Says again that the targets are watched; to be called well within 15 s. */
  keepWatching(targetKeys: readonly number[]): void {
    if (targetKeys.length === 0) return;
    this.say(async () => {
      await this.announce(targetKeys);
      // Projectors read the set anew: none polls it while nobody looks.
      await this.commands.publish(`${this.prefix}:watch`, '');
    });
  }

  close(): void {
    this.listeners.clear();
    this.commands.disconnect();
    this.subscriber.disconnect();
  }

  private async announce(targetKeys: readonly number[]): Promise<void> {
    const untilMs = Date.now() + WATCHED_MS;
    await this.commands.zadd(`${this.prefix}:watch`, ...targetKeys.flatMap((key) => [untilMs, String(key)]));
  }

  private async subscribe(): Promise<void> {
    this.away = false;
    await this.subscriber.subscribe(`${this.prefix}:live`);
    // What was said before that is missing here: everybody looks for themselves.
    for (const listener of this.listeners.values()) listener.wake();
  }

  private hear(text: string): void {
    try {
      for (const news of readLiveMessage(text)) this.listeners.get(news.targetKey)?.hear(news);
    } catch (error) {
      // Who misses it finds out by the next, or by the look every 5 s.
      logger.warn({ err: error }, 'a message about live results cannot be read');
    }
  }

  private say(words: () => Promise<unknown>): void {
    words().catch((error: unknown) => this.warn(error));
  }

  /** Once for each time that Redis goes away. */
  private warn(error: unknown): void {
    if (!this.away) logger.warn({ err: error }, 'Redis does not answer: live views are up to 5 s late');
    this.away = true;
  }
}
