import { shardOf } from '@icmp-mon/probing/contract';
import type { LiveEvent } from '@icmp-mon/probing/contract';
import { type LiveId, liveIdText, parseLiveId, WHOLE_POSITION } from './live-id';
import type { RecentResults, StoredResults } from './recent-results';

/** One client of a feed. Calls come in order; none after it has left. */
export interface LiveClient {
  result(event: LiveEvent): void;
  /** Everything up to this id was told, or the client knows it from elsewhere. */
  seenUpTo(id: string): void;
  /** What the client's id asks for is not kept any more: it has to read the results anew. */
  reset(): void;
}

/** A client that was away for more results than this reads them anew. */
const REPLAY_BATCHES_MAX = 10;

/**
 * Results of one target in the order in which they were stored, read once however many clients follow. What wakes it
 * carries no results: a message that gets lost between projector and here then costs a moment, not a result.
 */
export class LiveFeed {
  private readonly clients = new Set<LiveClient>();
  private readonly leaving = new WeakSet<LiveClient>();
  private work: Promise<void> = Promise.resolve();
  private wakeQueued = false;
  /** Position up to which all clients know everything. */
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
  join(client: LiveClient, lastId: string | null): Promise<void> {
    const joined = this.work.then(async () => {
      const position = await this.advance();
      if (lastId !== null) await this.replay(client, parseLiveId(lastId), position);
      if (this.leaving.has(client)) return;
      client.seenUpTo(liveIdText({ shard: this.shard, position, index: WHOLE_POSITION }));
      this.clients.add(client);
    });
    // The one who joins hears of a failure; the next piece of work only waits for its end.
    this.work = joined.catch(() => undefined);
    return joined;
  }

  leave(client: LiveClient): void {
    this.leaving.add(client);
    this.clients.delete(client);
  }

  /** Something may have been stored. Many calls while one look waits are one look. */
  wake(): void {
    if (this.wakeQueued) return;
    this.wakeQueued = true;
    this.work = this.work.then(async () => {
      this.wakeQueued = false;
      if (this.clients.size > 0) await this.advance();
    });
    // The next wake looks again, and finds what this one missed.
    this.work = this.work.catch(this.warn);
  }

  private async advance(): Promise<number> {
    if (this.position === null || this.clients.size === 0) {
      // Nobody is to be told what lies between.
      this.position = await this.recent.latestPosition(this.targetKey);
      return this.position;
    }
    for (let more = true; more;) {
      const batch = await this.recent.from(this.targetKey, this.position + 1);
      for (const stored of batch.stored) {
        for (const client of this.clients) tell(client, stored, -1);
        this.position = stored.position;
      }
      ({ more } = batch);
    }
    return this.position;
  }

  /** Tells what was stored after the client's id, up to `position`. */
  private async replay(client: LiveClient, lastId: LiveId | null, position: number): Promise<void> {
    const missed = lastId === null ? null : await this.missed(lastId, position);
    if (this.leaving.has(client)) return;
    if (missed === null || lastId === null) {
      client.reset();
      return;
    }
    for (const stored of missed) tell(client, stored, stored.position === lastId.position ? lastId.index : -1);
  }

  /** Null when it is not all there any more. */
  private async missed(lastId: LiveId, position: number): Promise<StoredResults[] | null> {
    if (lastId.shard !== this.shard || lastId.position > position) return null;
    const missed: StoredResults[] = [];
    let next = lastId.position;
    for (let batches = 0; ; batches++) {
      if (batches === REPLAY_BATCHES_MAX) return null;
      const batch = await this.recent.from(this.targetKey, next);
      // The position that the client names is the proof that nothing after it was dropped yet.
      if (batches === 0 && lastId.position >= 0 && batch.stored[0]?.position !== lastId.position) return null;
      missed.push(...batch.stored.filter((stored) => stored.position <= position));
      const last = batch.stored.at(-1);
      if (!batch.more || last === undefined || last.position >= position) return missed;
      next = last.position + 1;
    }
  }
}

/** Tells the events of one commit that come after an index. */
function tell(client: LiveClient, stored: StoredResults, index: number): void {
  for (let at = index + 1; at < stored.events.length; at++) client.result(stored.events[at]);
}
