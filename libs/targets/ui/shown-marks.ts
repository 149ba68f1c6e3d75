import { DestroyRef, inject, Injectable } from '@angular/core';
import { MARKS_KEYS_MAX, type TargetMaintenance } from '@icmp-mon/maintenance/contract';
import { LiveStream, type StreamBatch } from '@icmp-mon/platform/live-stream';
import type { TargetView } from '@icmp-mon/targets/contract';
import { TargetRows } from './target-rows';
import { TargetsClient } from './targets.client';

/** Delay before a read, ms, so that rows passed while scrolling are not read. */
const SETTLED_MS = 150;
const NO_CHANGES: StreamBatch = {
  ...{ targets: [], removed: [], results: [], commands: [] },
  ...{ maintenance: false, reset: false, resumed: false },
};
/** Delay before a failed read is repeated, ms. */
const AGAIN_MS = 5_000;

/**
 * Marks of maintenance on the visible rows. A row has the mark of when it was read; when windows have changed since, the marks of the rows on
 * the screen are read again, and rows that have another one are changed in place.
 */
@Injectable()
export class ShownMarks {
  private readonly client = inject(TargetsClient);
  private readonly rows = inject(TargetRows);
  private shown: readonly TargetView[] = [];
  /** Keys whose marks were read since the last change of windows; null before the first change, when all rows are up to date. */
  private known: Set<number> | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private isReading = false;

  constructor() {
    inject(DestroyRef).onDestroy(() => clearTimeout(this.timer));
    inject(LiveStream).listenToBatches(({ maintenance, reset }) => {
      if (!maintenance || reset) return;
      this.known = new Set();
      this.scheduleRead(SETTLED_MS);
    });
  }

  /** Sets the visible rows. */
  showTargets(rows: readonly TargetView[]): void {
    this.shown = rows.slice(0, MARKS_KEYS_MAX);
    if (this.known !== null) this.scheduleRead(SETTLED_MS);
  }

  private scheduleRead(afterMs: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.readMarks(), afterMs);
  }

  private async readMarks(): Promise<void> {
    const { known } = this;
    const keys = this.shown.map(({ key }) => key).filter((key) => known?.has(key) === false);
    if (this.isReading) return this.scheduleRead(SETTLED_MS);
    if (known === null || keys.length === 0) return;
    this.isReading = true;
    try {
      const { items } = await this.client.readMarks(keys);
      const marks = new Map(items.map(({ key, maintenance }) => [key, maintenance]));
      for (const key of keys) known.add(key);
      const targets = this.changedRows(marks);
      if (targets.length > 0) {
        this.rows.receiveBatch({ ...NO_CHANGES, targets });
      }
    } catch {
      // The list reports the failure of the server; the marks stay until they can be read.
      this.scheduleRead(AGAIN_MS);
    } finally {
      this.isReading = false;
    }
  }

  /** Returns the rows as they are now with the marks that differ. */
  private changedRows(marks: ReadonlyMap<number, TargetMaintenance | null>): TargetView[] {
    return this.shown.flatMap(({ id }) => {
      const row = this.rows.rowOf(id);
      const maintenance = row === undefined ? undefined : marks.get(row.key);
      if (row === undefined || maintenance === undefined || isSame(row.maintenance, maintenance)) return [];
      return [{ ...row, maintenance }];
    });
  }
}

const isSame = (one: TargetMaintenance | null, other: TargetMaintenance | null): boolean =>
  one?.occurrence === other?.occurrence && one?.until === other?.until;
