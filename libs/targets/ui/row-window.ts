import type { TargetPage, TargetView } from '@icmp-mon/targets/contract';

export const PAGE_ROWS = 500;
const PAGES_KEPT = 12;

export interface WantedPage {
  page: number;
  cursor: string | null;
}

/**
 * A long list of which only the pages around the reader are kept. Pages come by keyset, so page n is reachable once page
 * n - 1 was read; their cursors are kept, so that a dropped page can be read again.
 */
export class RowWindow {
  private readonly pages = new Map<number, TargetView[]>();
  private readonly places = new Map<string, number>();
  private cursors: (string | null)[] = [null];
  private endsAt: number | null = null;
  private totalRows = 0;

  /** Rows of the whole list. */
  get length(): number {
    return this.endsAt ?? Math.max(this.totalRows, (this.cursors.length - 1) * PAGE_ROWS + 1);
  }

  get loadedRows(): number {
    return this.places.size;
  }

  rowAt(index: number): TargetView | undefined {
    return this.pages.get(Math.floor(index / PAGE_ROWS))?.[index % PAGE_ROWS];
  }

  rowOf(id: string): TargetView | undefined {
    const place = this.places.get(id);
    return place === undefined ? undefined : this.rowAt(place);
  }

  /** The page to read next so that rows `start` to `end` (exclusive) can be shown; null when they can. */
  wanted(start: number, end: number): WantedPage | null {
    const last = Math.floor(Math.max(0, Math.min(end, this.length) - 1) / PAGE_ROWS);
    for (let page = Math.floor(start / PAGE_ROWS); page <= last; page += 1) {
      if (this.pages.has(page)) continue;
      const known = Math.min(page, this.cursors.length - 1);
      return { page: known, cursor: this.cursors[known] ?? null };
    }
    return null;
  }

  put(page: number, answer: TargetPage): void {
    this.totalRows = answer.total;
    this.drop(page);
    this.pages.set(page, answer.items);
    answer.items.forEach((row, slot) => this.places.set(row.id, page * PAGE_ROWS + slot));
    if (answer.next === null) {
      this.endsAt = page * PAGE_ROWS + answer.items.length;
      this.forgetAfter(page);
    } else if (this.cursors[page + 1] !== answer.next) {
      // Rows moved since the later pages were read: their cursors no longer continue this page.
      this.endsAt = null;
      this.forgetAfter(page);
      this.cursors[page + 1] = answer.next;
    }
    this.evict(page);
  }

  /** Replaces a listed row in place. */
  replace(row: TargetView): void {
    const place = this.places.get(row.id);
    if (place === undefined) return;
    const rows = this.pages.get(Math.floor(place / PAGE_ROWS));
    if (rows !== undefined) rows[place % PAGE_ROWS] = row;
  }

  private forgetAfter(page: number): void {
    this.cursors = this.cursors.slice(0, page + 1);
    for (const later of [...this.pages.keys()]) if (later > page) this.drop(later);
  }

  private evict(around: number): void {
    if (this.pages.size <= PAGES_KEPT) return;
    const farthest = [...this.pages.keys()].sort((a, b) => Math.abs(b - around) - Math.abs(a - around))[0];
    if (farthest !== undefined) this.drop(farthest);
  }

  private drop(page: number): void {
    for (const row of this.pages.get(page) ?? []) {
      const place = this.places.get(row.id);
      if (place !== undefined && Math.floor(place / PAGE_ROWS) === page) this.places.delete(row.id);
    }
    this.pages.delete(page);
  }
}
