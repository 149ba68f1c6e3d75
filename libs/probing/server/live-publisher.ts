import { liveMessages, type LiveNews, type LiveRow } from './live/live-news';

/** Who is looking, and how they are told; Redis in the product. */
export interface LiveBus {
  /** Keys of the targets that somebody watches now. */
  watched(): ReadonlySet<number>;
  /** Sends a message to those who watch; it may get lost. */
  publish(message: string): void;
}

/** A sample is two bytes at least, so that is no more than readers tell at once. What is longer they read. */
const CARRIED_BYTES_MAX = 2_000;

/**
 * Tells those who watch a target what a commit stored of it: the rows, and since which position they are all there is. Who
 * knows everything up to there needs nothing else; for everybody else it is a wake-up to read. One for each time that a
 * shard is taken over, because another owner may have stored what this one does not know.
 */
export class LivePublisher {
  /** Of targets that are watched since: the last position at which something of theirs was stored. */
  private readonly lastPositions = new Map<number, number>();

  constructor(
    private readonly shard: number,
    private readonly bus: LiveBus,
  ) {}

  /** Keys of the targets that somebody watches now; of all shards. */
  watched(): ReadonlySet<number> {
    return this.bus.watched();
  }

  /**
   * To be called for each write of fragments, in the order of the commits, with those of all targets that are watched
   * now. What it returns tells of them, and is to be called after the commit. `isBehind` while a former owner has stored
   * results at higher positions.
   */
  stored(position: number, rowsOf: ReadonlyMap<number, LiveRow[]>, isBehind = false): () => void {
    const watched = this.bus.watched();
    // What is stored of them while nobody watches is not given.
    for (const key of this.lastPositions.keys()) if (!watched.has(key)) this.lastPositions.delete(key);
    const news = Array.from(rowsOf, ([targetKey, rows]): LiveNews => {
      const after = isCarried(rows) ? (this.lastPositions.get(targetKey) ?? null) : null;
      // From a position that is behind others nobody can tell what is missing.
      if (!isBehind) this.lastPositions.set(targetKey, position);
      const inOrder = after === null ? [] : rows.sort((a, b) => a.check - b.check || a.startMs - b.startMs);
      return { targetKey, shard: this.shard, position, after, rows: inOrder };
    });
    return () => liveMessages(this.shard, position, news).forEach((message) => this.bus.publish(message));
  }
}

function isCarried(rows: readonly LiveRow[]): boolean {
  return rows.reduce((bytes, { body }) => bytes + body.length, 0) <= CARRIED_BYTES_MAX;
}
