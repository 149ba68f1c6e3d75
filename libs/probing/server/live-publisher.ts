import { liveMessages, type LiveNews, type LiveRow } from './live/live-news';

/** Connects projectors with live views; Redis in the product. */
export interface LiveBus {
  /** Returns the keys of the targets that any client watches now. */
  watchedKeys(): ReadonlySet<number>;
  /** Sends a message to the clients; it may be lost. */
  publishMessage(message: string): void;
}

/** Longest rows in a message, in bytes. A sample has at least two, so this is at most what readers send in one part. Longer rows are read. */
const CARRIED_BYTES_MAX = 2_000;

/**
 * Publishes what a commit stored of watched targets: the rows, and the position since which they are complete. A client that knows all
 * results up to that position needs nothing else; for the others it is a wake-up to read. One instance per takeover of a shard, because
 * another owner may have stored results that this one does not know.
 */
export class LivePublisher {
  /** By watched target: the last position at which results of it were stored while it was watched. */
  private readonly lastPositions = new Map<number, number>();

  constructor(
    private readonly shard: number,
    private readonly bus: LiveBus,
  ) {}

  /** Returns the keys of the targets that any client watches now, of all shards. */
  watchedKeys(): ReadonlySet<number> {
    return this.bus.watchedKeys();
  }

  /**
   * Call it for each write of fragments, in the order of the commits, with the rows of all watched targets. The returned function publishes
   * them; call it after the commit. `isBehind`: a former owner has stored results at higher positions.
   */
  prepareMessages(position: number, rowsOf: ReadonlyMap<number, LiveRow[]>, isBehind = false): () => void {
    const watched = this.bus.watchedKeys();
    // Positions of targets that are no longer watched are incomplete from now on.
    for (const key of this.lastPositions.keys()) if (!watched.has(key)) this.lastPositions.delete(key);
    const news = Array.from(rowsOf, ([targetKey, rows]): LiveNews => {
      const after = isCarried(rows) ? (this.lastPositions.get(targetKey) ?? null) : null;
      // At a position behind others it is unknown what is missing.
      if (!isBehind) this.lastPositions.set(targetKey, position);
      const inOrder = after === null ? [] : rows.sort((a, b) => a.check - b.check || a.startMs - b.startMs);
      return { targetKey, shard: this.shard, position, after, rows: inOrder };
    });
    return () => liveMessages(this.shard, position, news).forEach((message) => this.bus.publishMessage(message));
  }
}

function isCarried(rows: readonly LiveRow[]): boolean {
  return rows.reduce((bytes, { body }) => bytes + body.length, 0) <= CARRIED_BYTES_MAX;
}
