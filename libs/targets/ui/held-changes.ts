import type { StreamBatch } from '@icmp-mon/platform/live-stream';

const HELD_MAX = 5_000;
const READ_AGAIN: StreamBatch = {
  ...{ targets: [], removed: [], results: [], commands: [] },
  ...{ maintenance: true, reset: true, resumed: false },
};

/** Changes that are held back while the list is paused. Beyond `HELD_MAX` rows, or after a reset, they become one reset. */
export class HeldChanges {
  private batches: StreamBatch[] = [];
  private rows = 0;

  /** Number of changed rows that are held back. */
  get count(): number {
    return this.rows;
  }

  add(batch: StreamBatch): void {
    this.rows += batch.targets.length + batch.removed.length;
    this.batches = this.rows > HELD_MAX || batch.reset ? [READ_AGAIN] : [...this.batches, batch];
  }

  /** Returns the batches to apply, and holds none from then on. */
  releaseBatches(): StreamBatch[] {
    const { batches } = this;
    this.batches = [];
    this.rows = 0;
    return batches;
  }
}
