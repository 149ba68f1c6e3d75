import { settlesWithin } from '@icmp-mon/platform/concurrency';
import { shardOf } from '@icmp-mon/probing/contract';
import { LiveEvents } from './live-events';
import { type LiveId, liveIdText, parseLiveId, WHOLE_POSITION } from './live-id';
import type { LiveNews } from './live-news';
import { type RecentBatch, type RecentResults, SAMPLES_MAX, type StoredResults } from './recent-results';
import type { LiveListener } from './watched-targets';

/** Between two parts of many results clients may take the former; who is slower than this is waited for no longer. */
const PART_WAIT_MS_MAX = 1_000;

/** One client of a feed. Calls come in order; none after it has left. */
export interface LiveClient {
  /** Results in order; the same object may go to many clients. */
  results(events: LiveEvents): void;
  /** Everything up to this id was told, or the client knows it from elsewhere. */
  seenUpTo(id: string): void;
  /** What the client's id asks for is not kept any more: it has to read the results anew. */
  reset(): void;
  /** Resolves when the client has taken what it was told; never, once it has left. */
  drained(): Promise<void>;
}

interface Joiner {
  client: LiveClient;
  /** Position up to which it knows everything; null when only what is new matters. */
  told: number | null;
}

/**
 * Results of one target in the order in which they were stored, whatever number of clients follow. What a projector says is
 * told as it is when it continues what the clients know; all else is read: at the start, after a break, and when a
 * message got lost on its way here.
 */
export class LiveFeed implements LiveListener {
  private readonly clients = new Set<LiveClient>();
  private readonly leaving = new WeakSet<LiveClient>();
  /** Reads go one after the other. */
  private work: Promise<void> = Promise.resolve();
  private works = 0;
  /** Heard in this turn of the event loop; clients are told all of it at its end, before any read. */
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
  }

  /** Tells the client what came after `lastId` (nothing older without one), then whatever comes, without a gap. */
  async join(client: LiveClient, lastId: string | null): Promise<void> {
    // At the client's own pace, so that nobody else waits for it.
    const told = lastId === null ? null : await this.replay(client, parseLiveId(lastId));
    if (this.leaving.has(client)) return;
    await this.admit({ client, told });
  }

  /** Many who come at once are let in by one look. */
  private admit(joiner: Joiner): Promise<void> {
    this.joiners.push(joiner);
    if (this.joiners.length > 1) return this.admission;
    this.admission = this.queue(async () => {
      const joiners = this.joiners.splice(0);
      const position = await this.advance();
      for (const { client, told } of joiners) {
        if (told !== null && told < position) await this.tellUpTo(client, told, position);
        if (this.leaving.has(client)) continue;
        client.seenUpTo(liveIdText({ shard: this.shard, position, index: WHOLE_POSITION }));
        this.clients.add(client);
      }
    });
    return this.admission;
  }

  private queue(work: () => Promise<void>): Promise<void> {
    this.tellHeard();
    this.works++;
    const done = this.work.then(work).finally(() => this.works--);
    // Whoever asked hears of a failure; the next piece of work only waits for its end.
    this.work = done.catch(() => undefined);
    return done;
  }

  leave(client: LiveClient): void {
    this.leaving.add(client);
    this.clients.delete(client);
  }

  /** A commit stored results. What was heard before is passed over, and what does not follow it makes a look. */
  hear(news: LiveNews): void {
    if (this.position !== null && news.position <= this.position) return;
    const stored = this.continues(news) ? this.recent.carried(news) : null;
    if (stored === null) return this.wake();
    this.position = stored.position;
    // The busier, the more is written at once.
    if (this.heard.push(stored) === 1) setImmediate(() => this.tellHeard());
  }

  private tellHeard(): void {
    for (const events of partsOf(this.heard.splice(0))) for (const client of this.clients) client.results(events);
  }

  /** Whether clients that know everything up to `position` know with these news everything up to theirs. */
  private continues({ after }: LiveNews): boolean {
    const isAtRest = this.works === 0 && this.clients.size > 0;
    return isAtRest && this.position !== null && after !== null && after <= this.position;
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
      if (this.clients.size === 0) return;
      if (this.logCheckQueued) await this.checkLog();
      await this.advance();
    };
    // The next wake looks again, and finds what this one missed.
    this.queue(look).catch(this.warn);
  }

  /** A log made anew begins with lower positions, and what was stored of the former one is not told any more. */
  private async checkLog(): Promise<void> {
    this.logCheckQueued = false;
    if (this.position === null || this.position <= (await this.recent.storedUpTo(this.shard))) return;
    this.position = -1;
    const id = liveIdText({ shard: this.shard, position: this.position, index: WHOLE_POSITION });
    for (const client of this.clients) client.seenUpTo(id);
  }

  private async advance(): Promise<number> {
    if (this.position === null || this.clients.size === 0) {
      // Nobody is to be told what lies between.
      this.position = await this.recent.latestPosition(this.targetKey);
      return this.position;
    }
    for (let more = true; more;) {
      const batch = await this.recent.from(this.targetKey, this.position + 1);
      const parts = partsOf(batch.stored);
      for (const [at, events] of parts.entries()) {
        for (const client of this.clients) client.results(events);
        if (batch.more || at < parts.length - 1) await this.taken();
      }
      this.position = batch.stored.at(-1)?.position ?? this.position;
      ({ more } = batch);
    }
    return this.position;
  }

  /** Waits until every client has taken what it was told, for a moment at most. */
  private async taken(): Promise<void> {
    await settlesWithin(Promise.all([...this.clients].map((client) => client.drained())), PART_WAIT_MS_MAX);
  }

  /** Tells what was stored after the client's id; returns up to where, or null when the client has to read anew. */
  private async replay(client: LiveClient, lastId: LiveId | null): Promise<number | null> {
    const first = lastId === null ? null : await this.firstAfter(lastId);
    if (this.leaving.has(client)) return null;
    if (first === null || lastId === null) {
      client.reset();
      return null;
    }
    let told = lastId.position;
    for (let batch = first; ; batch = await this.recent.replayedFrom(this.targetKey, told + 1)) {
      const parts = partsOf(batch.stored);
      const isLast = !batch.more && parts.length <= 1;
      for (const events of parts) {
        if (this.leaving.has(client)) return null;
        client.results(events);
        if (!isLast) await client.drained();
      }
      told = batch.stored.at(-1)?.position ?? told;
      if (isLast) return told;
    }
  }

  /** What follows an id, from the middle of its commit; null when it is not all there any more. */
  private async firstAfter({ shard, position, index }: LiveId): Promise<RecentBatch | null> {
    if (shard !== this.shard) return null;
    const { stored, more } = await this.recent.replayedFrom(this.targetKey, position);
    if (position < 0) return { stored, more };
    // The position that the client names is the proof that nothing after it was dropped yet.
    const [named, ...later] = stored;
    if (named?.position !== position) return null;
    return { stored: [{ ...named, events: named.events.slice(index + 1) }, ...later], more };
  }

  /** What was stored since the client's replay came to its end: a moment's worth. */
  private async tellUpTo(client: LiveClient, told: number, position: number): Promise<void> {
    for (let next = told + 1; ;) {
      const batch = await this.recent.from(this.targetKey, next);
      if (this.leaving.has(client)) return;
      for (const events of partsOf(batch.stored.filter((stored) => stored.position <= position)))
        client.results(events);
      next = (batch.stored.at(-1)?.position ?? position) + 1;
      if (!batch.more || next > position) return;
    }
  }
}

function partsOf(stored: readonly StoredResults[]): LiveEvents[] {
  const events = stored.flatMap((commit) => commit.events);
  const parts: LiveEvents[] = [];
  for (let at = 0; at < events.length; at += SAMPLES_MAX) {
    parts.push(new LiveEvents(events.slice(at, at + SAMPLES_MAX)));
  }
  return parts;
}
