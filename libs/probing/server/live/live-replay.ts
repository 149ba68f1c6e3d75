import type { LiveClient } from './live-clients';
import type { LiveId } from './live-id';
import { partsOf, restAfter } from './live-order';
import type { RecentBatch, RecentResults } from './recent-results';

export interface LiveReplayOptions {
  targetKey: number;
  shard: number;
  recent: Pick<RecentResults, 'batchFrom' | 'replayedFrom'>;
  hasLeft(client: LiveClient): boolean;
}

/** Sends one client the results of a target that it missed, before it follows the feed. */
export class LiveReplay {
  constructor(private readonly options: LiveReplayOptions) {}

  /**
   * Sends the results after the client's id, at the client's own pace. Returns the position reached; null when the client left, or has to read
   * the results again.
   */
  async replayAfter(client: LiveClient, lastId: LiveId | null): Promise<number | null> {
    const { targetKey, recent, hasLeft } = this.options;
    const first = lastId === null ? null : await this.firstAfter(lastId);
    if (hasLeft(client)) return null;
    if (first === null || lastId === null) {
      client.sendReset();
      return null;
    }
    let sent = lastId.position;
    for (let batch = first; ; batch = await recent.replayedFrom(targetKey, sent + 1)) {
      const parts = partsOf(batch.stored);
      const isLast = !batch.more && parts.length <= 1;
      for (const events of parts) {
        if (hasLeft(client)) return null;
        client.sendResults(events);
        if (!isLast) await client.whenDrained();
      }
      sent = batch.stored.at(-1)?.position ?? sent;
      if (isLast) return sent;
    }
  }

  /** Sends the results stored between `after` and `upTo` since the end of the replay: those of a moment. */
  async between(client: LiveClient, after: number, upTo: number): Promise<void> {
    const { targetKey, recent, hasLeft } = this.options;
    for (let next = after + 1; ;) {
      const batch = await recent.batchFrom(targetKey, next);
      if (hasLeft(client)) return;
      for (const events of partsOf(batch.stored.filter(({ position }) => position <= upTo))) client.sendResults(events);
      next = (batch.stored.at(-1)?.position ?? upTo) + 1;
      if (!batch.more || next > upTo) return;
    }
  }

  private async firstAfter(id: LiveId): Promise<RecentBatch | null> {
    const { targetKey, shard, recent } = this.options;
    if (id.shard !== shard) return null;
    return restAfter(id, await recent.replayedFrom(targetKey, id.position));
  }
}
