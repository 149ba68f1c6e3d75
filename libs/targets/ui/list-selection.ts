import { computed, Injectable, signal } from '@angular/core';
import { BULK_IDS_MAX, type TargetView } from '@icmp-mon/targets/contract';
import type { RowWindow } from './row-window';

/** Result of selecting rows; unless it is `selected`, the selection is unchanged. */
export type SelectionResult = 'selected' | 'too_many' | 'not_loaded';

/** Targets selected for a bulk change: single rows, or all that match the list's filter. */
@Injectable()
export class ListSelection {
  private readonly picked = signal<ReadonlySet<string>>(new Set());
  private readonly whole = signal(false);
  /** Target that was last selected, at which a range begins; null before the first. */
  private anchor: string | null = null;

  readonly ids = computed(() => [...this.picked()]);
  /** Whether all targets that match the filter are selected. */
  readonly isAll = this.whole.asReadonly();
  readonly isEmpty = computed(() => !this.whole() && this.picked().size === 0);

  has(id: string): boolean {
    return this.whole() || this.picked().has(id);
  }

  /** Selects a row, or removes it from the selection. */
  toggleRow({ id }: Pick<TargetView, 'id'>): SelectionResult {
    const next = new Set(this.picked());
    if (!next.delete(id)) next.add(id);
    this.anchor = id;
    return this.replaceIds(next);
  }

  /** Selects the rows from the last selected one to `index`, if all of them are loaded. */
  extendTo(index: number, rows: Pick<RowWindow, 'rowAt' | 'indexOf'>): SelectionResult {
    const anchor = this.anchor === null ? index : rows.indexOf(this.anchor);
    if (anchor === undefined) return 'not_loaded';
    const from = Math.min(anchor, index);
    const to = Math.max(anchor, index);
    if (to - from >= BULK_IDS_MAX) return 'too_many';
    const next = new Set(this.picked());
    for (let at = from; at <= to; at += 1) {
      const row = rows.rowAt(at);
      if (row === undefined) return 'not_loaded';
      next.add(row.id);
    }
    return this.replaceIds(next);
  }

  selectAll(): void {
    this.picked.set(new Set());
    this.whole.set(true);
  }

  clear(): void {
    this.picked.set(new Set());
    this.whole.set(false);
    this.anchor = null;
  }

  private replaceIds(ids: ReadonlySet<string>): SelectionResult {
    if (ids.size > BULK_IDS_MAX) return 'too_many';
    this.whole.set(false);
    this.picked.set(ids);
    return 'selected';
  }
}
