import { createLogger } from '@icmp-mon/platform/ops';
import { Inject, Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { Observable } from 'rxjs';
import { PROBING_API_OPTIONS, type ProbingApiOptions } from '../probing-api-options';
import type { LiveEvents } from './live-events';
import type { LiveClient } from './live-clients';
import { LiveFeed } from './live-feed';
import { RecentResults } from './recent-results';
import { WatchedTargets } from './watched-targets';

/** Interval of announcing watched targets, and of reading in case a message was lost, in ms. */
const TURN_MS = 5_000;
const logger = createLogger('live');

export type LiveMessage =
  | { kind: 'results'; events: LiveEvents }
  /** A position from which the stream can be resumed. */
  | { kind: 'seen'; id: string }
  /** Results before the next mark have to be read again. */
  | { kind: 'reset' };

interface SharedFeed {
  feed: LiveFeed;
  clients: number;
}

/** Live results of the targets that clients of this process watch: one feed per target. */
@Injectable()
export class LiveResults implements OnModuleInit, OnApplicationShutdown {
  private readonly feeds = new Map<number, SharedFeed>();
  private watched: WatchedTargets | null = null;
  private turn: NodeJS.Timeout | null = null;

  constructor(
    @Inject(PROBING_API_OPTIONS) private readonly options: ProbingApiOptions,
    private readonly recent: RecentResults,
  ) {}

  onModuleInit(): void {
    this.watched = new WatchedTargets(this.options.redisUrl, this.options.prefix);
    this.turn = setInterval(() => this.takeTurn(), TURN_MS);
  }

  onApplicationShutdown(): void {
    if (this.turn !== null) clearInterval(this.turn);
    this.watched?.close();
  }

  /**
   * Streams the results of a target as they are stored, after those since `lastId`. Fails if the database is unavailable at the start. Missed
   * results are sent in parts; `drained` resolves when the reader is ready for the next part.
   */
  streamResults(
    targetKey: number,
    lastId: string | null,
    drained: () => Promise<void> = () => Promise.resolve(),
  ): Observable<LiveMessage> {
    return new Observable<LiveMessage>((reader) => {
      const { feed } = this.enter(targetKey);
      const client: LiveClient = {
        sendResults: (events) => reader.next({ kind: 'results', events }),
        seenUpTo: (id) => reader.next({ kind: 'seen', id }),
        sendReset: () => reader.next({ kind: 'reset' }),
        whenDrained: drained,
      };
      feed.addClient(client, lastId).catch((error: unknown) => reader.error(error));
      return () => {
        feed.removeClient(client);
        this.exit(targetKey);
      };
    });
  }

  private enter(targetKey: number): SharedFeed {
    const known = this.feeds.get(targetKey);
    if (known !== undefined) {
      known.clients++;
      return known;
    }
    const feed = new LiveFeed(targetKey, this.options.shardCount, this.recent, (error) =>
      logger.warn({ err: error, targetKey }, 'reading live results failed; retrying within 5 s'),
    );
    const shared = { feed, clients: 1 };
    this.feeds.set(targetKey, shared);
    this.watched?.watchTarget(targetKey, feed);
    return shared;
  }

  private exit(targetKey: number): void {
    const shared = this.feeds.get(targetKey);
    if (shared === undefined || --shared.clients > 0) return;
    this.feeds.delete(targetKey);
    this.watched?.unwatchTarget(targetKey);
  }

  private takeTurn(): void {
    this.watched?.keepWatching([...this.feeds.keys()]);
    for (const { feed } of this.feeds.values()) feed.scheduleRead(true);
  }
}
