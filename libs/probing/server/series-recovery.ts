import type { SeriesState } from './series-state';
import type { SeriesTables } from './series-tables';

/** Where a shard continues although records of its log were lost. A takeover needs nothing: all state is in the checkpoint and the log. */
export class SeriesRecovery<T> {
  constructor(
    private readonly shard: number,
    private readonly tables: SeriesTables<T>,
    private readonly state: SeriesState,
  ) {}

  /** Fragments of open windows become folded rows: what they miss is lost with the log, so no whole window will come. */
  async resetAfterGap(transaction: T, position: number | null): Promise<void> {
    this.state.forgetOpen(await this.tables.closeFragments(transaction, this.shard, position));
  }
}
