import { computed, Injectable, signal } from '@angular/core';
import { BULK_IDS_MAX, type TargetView } from '@icmp-mon/targets/contract';

/** Targets selected for a bulk change: single rows, or all that match the list's filter. */
@Injectable()
export class ListSelection {
  private readonly picked = signal<ReadonlySet<string>>(new Set());
  private readonly whole = signal(false);
  /** Index of the row that was last selected, at which a range begins; null before the first. */
  private anchor: number | null = null;

  readonly ids = computed(() => [...this.picked()]);
  /** Whether all targets that match the filter are selected. */
  readonly isAll = this.whole.asReadonly();
  readonly isEmpty = computed(() => !this.whole() && this.picked().size === 0);

  has(id: string): boolean {
    return this.whole() || this.picked().has(id);
  }

  /** Selects a row, or removes it from the selection. Returns false if the selection is full. */
  toggleRow({ id }: TargetView, index: number): boolean {
    const next = new Set(this.picked());
    if (!next.delete(id)) next.add(id);
    this.anchor = index;
    return this.replaceIds(next);
  }

  /** Selects the rows between the last selected one and `index`. Returns false if that is too many. */
  extendTo(index: number, rowAt: (index: number) => TargetView | undefined): boolean {
    const from = Math.min(this.anchor ?? index, index);
    const to = Math.max(this.anchor ?? index, index);
    if (to - from >= BULK_IDS_MAX) return false;
    const next = new Set(this.picked());
    for (let at = from; at <= to; at += 1) {
      const row = rowAt(at);
      if (row !== undefined) next.add(row.id);
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

  private replaceIds(ids: ReadonlySet<string>): boolean {
    if (ids.size > BULK_IDS_MAX) return false;
    this.whole.set(false);
    this.picked.set(ids);
    return true;
  }
}
