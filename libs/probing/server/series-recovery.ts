import type { SeriesState } from './series-state';
import type { SeriesTables } from './series-tables';

/** Continues a shard whose log lost records. A takeover needs no recovery: all state is in the checkpoint and the log. */
export class SeriesRecovery<T> {
  constructor(
    private readonly shard: number,
    private readonly tables: SeriesTables<T>,
    private readonly state: SeriesState,
  ) {}

  /**
   * Stores the fragments of open windows as final windows: their missing samples are lost with the log, so the windows will never be
   * complete.
   */
  async resetAfterGap(transaction: T, position: number | null): Promise<void> {
    this.state.forgetOpen(await this.tables.closeFragments(transaction, this.shard, position));
  }
}
