/** Who is looking, and how they are told; Redis in the product. */
export interface LiveBus {
  /** Keys of the targets that somebody watches now. */
  watched(): ReadonlySet<number>;
  /** Says that results of the target are stored up to a position of its shard's log. */
  wake(targetKey: number, position: number): void;
}

/** Wakes those who watch a target when its results are stored; the results they read from the database. */
export class LivePublisher {
  constructor(private readonly bus: LiveBus) {}

  /** Keys of the targets that somebody watches now. */
  watched(): ReadonlySet<number> {
    return this.bus.watched();
  }

  /** Those of the targets that somebody watches: nobody looking costs nothing. */
  watchedAmong(targetKeys: Iterable<number>): number[] {
    const watched = this.bus.watched();
    if (watched.size === 0) return [];
    return [...new Set(targetKeys)].filter((key) => watched.has(key));
  }

  wake(targetKeys: readonly number[], position: number): void {
    for (const key of targetKeys) this.bus.wake(key, position);
  }
}
