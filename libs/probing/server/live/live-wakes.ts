import { createLogger } from '@icmp-mon/platform/ops';
import { Redis, type RedisOptions } from 'ioredis';

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
};

/**
 * Tells projectors which targets are watched here (sorted set `<prefix>:watch`, score: until when, in ms), and hears on
 * `<prefix>:live:<target key>` that results of one were stored. While Redis is away nothing is heard, and nothing breaks.
 */
export class LiveWakes {
  private readonly commands: Redis;
  private readonly subscriber: Redis;
  private readonly wakes = new Map<string, () => void>();
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
    this.subscriber.on('ready', () => this.resubscribe());
    this.subscriber.on('message', (channel) => this.wakes.get(channel)?.());
  }

  /** Calls `wake` when results of the target were stored, until `forget`. */
  watch(targetKey: number, wake: () => void): void {
    const channel = this.channelOf(targetKey);
    this.wakes.set(channel, wake);
    this.subscribe([channel]);
    this.say(async () => {
      await this.announce([targetKey]);
      await this.commands.publish(`${this.prefix}:watch`, String(targetKey));
    });
  }

  forget(targetKey: number): void {
    const channel = this.channelOf(targetKey);
    this.wakes.delete(channel);
    if (this.subscriber.status === 'ready') this.say(() => this.subscriber.unsubscribe(channel));
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
    this.wakes.clear();
    this.commands.disconnect();
    this.subscriber.disconnect();
  }

  private async announce(targetKeys: readonly number[]): Promise<void> {
    const untilMs = Date.now() + WATCHED_MS;
    await this.commands.zadd(`${this.prefix}:watch`, ...targetKeys.flatMap((key) => [untilMs, String(key)]));
  }

  /** After a break messages may be missing: everybody looks for themselves. */
  private resubscribe(): void {
    this.away = false;
    this.subscribe([...this.wakes.keys()]);
    for (const wake of this.wakes.values()) wake();
  }

  private subscribe(channels: readonly string[]): void {
    if (channels.length > 0 && this.subscriber.status === 'ready')
      this.say(() => this.subscriber.subscribe(...channels));
  }

  private say(words: () => Promise<unknown>): void {
    words().catch((error: unknown) => this.warn(error));
  }

  /** Once for each time that Redis goes away. */
  private warn(error: unknown): void {
    if (!this.away) logger.warn({ err: error }, 'Redis does not answer: live views are up to 5 s late');
    this.away = true;
  }

  private channelOf(targetKey: number): string {
    return `${this.prefix}:live:${targetKey}`;
  }
}
