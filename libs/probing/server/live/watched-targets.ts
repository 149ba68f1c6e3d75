import { isFormerPrimary } from '@icmp-mon/platform/errors';
import { createLogger } from '@icmp-mon/platform/ops';
import { Redis, type RedisOptions } from 'ioredis';
import { type LiveNews, readLiveMessage } from './live-news';

const RECONNECT_MS_MAX = 2_000;
const CONNECT_TIMEOUT_MS = 5_000;
/** How long a projector publishes for a target after the last announcement that it is watched, in ms. */
const WATCHED_MS = 15_000;
const logger = createLogger('live');

const OPTIONS: RedisOptions = {
  connectTimeout: CONNECT_TIMEOUT_MS,
  // Nothing waits for Redis: an announcement that fails is repeated at the next interval.
  enableOfflineQueue: false,
  maxRetriesPerRequest: 1,
  autoResubscribe: false,
  retryStrategy: (attempts) => Math.min(attempts * 100, RECONNECT_MS_MAX),
  reconnectOnError: isFormerPrimary,
};

/** Receives what happens to one target. */
export interface LiveListener {
  /** A commit stored results of it. */
  onNews(news: LiveNews): void;
  /** Results may have been stored. */
  scheduleRead(): void;
}

/**
 * Announces to projectors which targets are watched here (sorted set `<prefix>:watch`, score: until when, in ms), and receives on
 * `<prefix>:live` the results stored of all targets that are watched anywhere. Without Redis nothing is received, and nothing fails.
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
    this.subscriber.on('ready', () => this.sendCommand(() => this.subscribeChannel()));
    this.subscriber.on('message', (_channel, text) => this.onMessage(text));
  }

  /** Notifies `listener` about the target, until `unwatchTarget`. */
  watchTarget(targetKey: number, listener: LiveListener): void {
    this.listeners.set(targetKey, listener);
    this.sendCommand(async () => {
      await this.announce([targetKey]);
      await this.commands.publish(`${this.prefix}:watch`, String(targetKey));
    });
  }

  unwatchTarget(targetKey: number): void {
    this.listeners.delete(targetKey);
  }

  /** Announces again that the targets are watched; call it well within 15 s. */
  keepWatching(targetKeys: readonly number[]): void {
    if (targetKeys.length === 0) return;
    this.sendCommand(async () => {
      await this.announce(targetKeys);
      // Makes projectors read the set again: they do not poll it while no target is watched.
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

  private async subscribeChannel(): Promise<void> {
    this.away = false;
    await this.subscriber.subscribe(`${this.prefix}:live`);
    // Messages before the subscription were missed: all listeners read for themselves.
    for (const listener of this.listeners.values()) listener.scheduleRead();
  }

  private onMessage(text: string): void {
    try {
      for (const news of readLiveMessage(text)) this.listeners.get(news.targetKey)?.onNews(news);
    } catch (error) {
      // A listener that misses it notices at the next message, or at the next read within 5 s.
      logger.warn({ err: error }, 'invalid message about live results ignored');
    }
  }

  private sendCommand(words: () => Promise<unknown>): void {
    words().catch((error: unknown) => this.warn(error));
  }

  /** Logs once per outage of Redis. */
  private warn(error: unknown): void {
    if (!this.away) logger.warn({ err: error }, 'Redis does not answer: live views are up to 5 s late');
    this.away = true;
  }
}
