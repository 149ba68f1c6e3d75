import { shardOf } from '@icmp-mon/probing/contract';
import { type LiveClient, LiveClients } from './live-clients';
import { liveIdText, parseLiveId, WHOLE_POSITION } from './live-id';
import type { LiveNews } from './live-news';
import { partsOf, placeOf } from './live-order';
import { LiveReplay } from './live-replay';
import type { RecentResults, StoredResults } from './recent-results';
import type { LiveListener } from './watched-targets';

interface Joiner {
  client: LiveClient;
  /** Position up to which the client knows all results; null when it needs only new ones. */
  told: number | null;
}

/**
 * Results of one target in the order in which they were stored, for any number of clients. Results published by a projector are passed on if
 * they directly follow what the clients know; otherwise results are read: at the start, after an interruption, and when a message was lost.
 */
export class LiveFeed implements LiveListener {
  private readonly clients = new LiveClients();
  private readonly replay: LiveReplay;
  /** The last queued read; reads run one after the other. */
  private work: Promise<void> = Promise.resolve();
  private works = 0;
  /** Published results received in this turn of the event loop; clients get all of them at its end, before any read. */
  private readonly heard: StoredResults[] = [];
  private wakeQueued = false;
  private logCheckQueued = false;
  private readonly joiners: Joiner[] = [];
  private admission: Promise<void> = Promise.resolve();
  /** Position up to which all clients know all results, or will be sent them. */
  private position: number | null = null;
  private readonly shard: number;

  constructor(
    private readonly targetKey: number,
    shardCount: number,
    private readonly recent: RecentResults,
    private readonly warn: (error: unknown) => void,
  ) {
    this.shard = shardOf(targetKey, shardCount);
    const hasLeft = (client: LiveClient): boolean => this.clients.hasLeft(client);
    this.replay = new LiveReplay({ targetKey, shard: this.shard, recent, hasLeft });
  }

  /** Sends the client the results after `lastId` (none without one), and then all new results, without a gap. */
  async addClient(client: LiveClient, lastId: string | null): Promise<void> {
    // At the client's own pace, so that no other client waits for it.
    const told = lastId === null ? null : await this.replay.replayAfter(client, parseLiveId(lastId));
    if (this.clients.hasLeft(client)) return;
    await this.admitClient({ client, told });
  }

  removeClient(client: LiveClient): void {
    this.clients.remove(client);
  }

  /** Handles results that a commit stored. */
  onNews(news: LiveNews): void {
    const place = placeOf(news, this.position);
    if (place === 'known') return;
    const isAtRest = this.works === 0 && !this.clients.areNone;
    const stored = isAtRest && place === 'next' ? this.recent.carried(news) : null;
    if (stored === null) return this.scheduleRead();
    this.position = stored.position;
    // The busier the target, the more results are written together.
    if (this.heard.push(stored) === 1) setImmediate(() => this.tellHeard());
  }

  /**
   * Reads results that may have been stored. Calls while one read is queued share that read. With `checkLog` it also checks that the shard's
   * log is still the one that the position belongs to.
   */
  scheduleRead(checkLog = false): void {
    this.logCheckQueued ||= checkLog;
    if (this.wakeQueued) return;
    this.wakeQueued = true;
    const look = async (): Promise<void> => {
      this.wakeQueued = false;
      if (this.clients.areNone) return;
      if (this.logCheckQueued) await this.checkLog();
      await this.advance();
    };
    // The next wake-up reads again, and finds what a failed read missed.
    this.queue(look).catch(this.warn);
  }

  /** Lets a client follow the feed; clients that join at the same time share one read. */
  private admitClient(joiner: Joiner): Promise<void> {
    this.joiners.push(joiner);
    if (this.joiners.length > 1) return this.admission;
    this.admission = this.queue(async () => {
      const joiners = this.joiners.splice(0);
      const position = await this.advance();
      for (const { client, told } of joiners) {
        if (told !== null && told < position) await this.replay.between(client, told, position);
        if (this.clients.hasLeft(client)) continue;
        client.seenUpTo(this.idOf(position));
        this.clients.add(client);
      }
    });
    return this.admission;
  }

  private queue(work: () => Promise<void>): Promise<void> {
    this.tellHeard();
    this.works++;
    const done = this.work.then(work).finally(() => this.works--);
    // The caller gets the failure; the next read only waits for the end of this one.
    this.work = Promise.allSettled([done]).then(() => undefined);
    return done;
  }

  private tellHeard(): void {
    for (const events of partsOf(this.heard.splice(0))) this.clients.sendResults(events);
  }

  /** A recreated log starts with lower positions; results stored from the former log are no longer sent. */
  private async checkLog(): Promise<void> {
    this.logCheckQueued = false;
    if (this.position === null || this.position <= (await this.recent.storedUpTo(this.shard))) return;
    this.position = -1;
    this.clients.seenUpTo(this.idOf(this.position));
  }

  private async advance(): Promise<number> {
    if (this.position === null || this.clients.areNone) {
      // No client needs the results in between.
      this.position = await this.recent.latestPosition(this.targetKey);
      return this.position;
    }
    for (let more = true; more;) {
      const batch = await this.recent.batchFrom(this.targetKey, this.position + 1);
      const parts = partsOf(batch.stored);
      for (const [at, events] of parts.entries()) {
        this.clients.sendResults(events);
        if (batch.more || at < parts.length - 1) await this.clients.whenDrained();
      }
      this.position = batch.stored.at(-1)?.position ?? this.position;
      ({ more } = batch);
    }
    return this.position;
  }

  private idOf(position: number): string {
    return liveIdText({ shard: this.shard, position, index: WHOLE_POSITION });
  }
}
