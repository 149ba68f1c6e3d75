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
  /** Position up to which it knows everything; null when only what is new matters. */
  told: number | null;
}

/**
 * Results of one target in the order in which they were stored, for any number of clients. What a projector publishes is
 * passed on when it follows what the clients know; everything else is read: at the start, after a break, and when a
 * message was lost on its way here.
 */
export class LiveFeed implements LiveListener {
  private readonly clients = new LiveClients();
  private readonly replay: LiveReplay;
  /** Reads go one after the other. */
  private work: Promise<void> = Promise.resolve();
  private works = 0;
  /** Heard in this turn of the event loop; clients get all of it at its end, before any read. */
  private readonly heard: StoredResults[] = [];
  private wakeQueued = false;
  private logCheckQueued = false;
  private readonly joiners: Joiner[] = [];
  private admission: Promise<void> = Promise.resolve();
  /** Position up to which all clients know everything, or have it coming. */
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

  /** Sends the client what came after `lastId` (nothing older without one), then all that comes, without a gap. */
  async join(client: LiveClient, lastId: string | null): Promise<void> {
    // At the client's own pace, so that no other client waits for it.
    const told = lastId === null ? null : await this.replay.after(client, parseLiveId(lastId));
    if (this.clients.hasLeft(client)) return;
    await this.admit({ client, told });
  }

  leave(client: LiveClient): void {
    this.clients.remove(client);
  }

  /** A commit stored results. */
  hear(news: LiveNews): void {
    const place = placeOf(news, this.position);
    if (place === 'known') return;
    const isAtRest = this.works === 0 && !this.clients.areNone;
    const stored = isAtRest && place === 'next' ? this.recent.carried(news) : null;
    if (stored === null) return this.wake();
    this.position = stored.position;
    // The busier, the more is written at once.
    if (this.heard.push(stored) === 1) setImmediate(() => this.tellHeard());
  }

  /**
   * Something may have been stored. Many calls while one look waits are one look. With `checkLog` it also sees to it
   * that the shard's log is still the one of its position.
   */
  wake(checkLog = false): void {
    this.logCheckQueued ||= checkLog;
    if (this.wakeQueued) return;
    this.wakeQueued = true;
    const look = async (): Promise<void> => {
      this.wakeQueued = false;
      if (this.clients.areNone) return;
      if (this.logCheckQueued) await this.checkLog();
      await this.advance();
    };
    // The next wake looks again, and finds what this one missed.
    this.queue(look).catch(this.warn);
  }

  /** Many who come at once are let in by one look. */
  private admit(joiner: Joiner): Promise<void> {
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
    // The caller gets the failure; the next piece of work only waits for the end of this one.
    this.work = Promise.allSettled([done]).then(() => undefined);
    return done;
  }

  private tellHeard(): void {
    for (const events of partsOf(this.heard.splice(0))) this.clients.results(events);
  }

  /** A log made again begins with lower positions, and what was stored of the former one is not sent any more. */
  private async checkLog(): Promise<void> {
    this.logCheckQueued = false;
    if (this.position === null || this.position <= (await this.recent.storedUpTo(this.shard))) return;
    this.position = -1;
    this.clients.seenUpTo(this.idOf(this.position));
  }

  private async advance(): Promise<number> {
    if (this.position === null || this.clients.areNone) {
      // No client needs what lies between.
      this.position = await this.recent.latestPosition(this.targetKey);
      return this.position;
    }
    for (let more = true; more;) {
      const batch = await this.recent.from(this.targetKey, this.position + 1);
      const parts = partsOf(batch.stored);
      for (const [at, events] of parts.entries()) {
        this.clients.results(events);
        if (batch.more || at < parts.length - 1) await this.clients.drained();
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
