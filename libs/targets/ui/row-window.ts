import type { TargetPage, TargetView } from '@icmp-mon/targets/contract';

export const PAGE_ROWS = 250;
const PAGES_KEPT = 16;

/** A long list of which only the pages around the visible rows are kept. Page n begins at row n × `PAGE_ROWS`; any page can be read. */
export class RowWindow {
  private readonly pages = new Map<number, TargetView[]>();
  private readonly places = new Map<string, number>();
  private rows = 0;

  /** Number of rows of the whole list. */
  get length(): number {
    return this.rows;
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

  indexOf(id: string): number | undefined {
    return this.places.get(id);
  }

  /** Returns the next page to read for rows `start` to `end` (exclusive), or for the last row; null if all of them are loaded. */
  pageToRead(start: number, end: number): number | null {
    const last = Math.floor(Math.max(0, Math.min(end, this.length) - 1) / PAGE_ROWS);
    for (let page = Math.min(last, Math.floor(start / PAGE_ROWS)); page <= last; page += 1)
      if (!this.pages.has(page)) return page;
    return null;
  }

  putPage(page: number, answer: TargetPage): void {
    const isLast = answer.items.length < PAGE_ROWS;
    // The total may be older than the page: the last page decides where the list ends.
    const endsAt = page * PAGE_ROWS + answer.items.length;
    if (answer.items.length === 0) this.rows = Math.min(answer.total, endsAt);
    else this.rows = isLast ? endsAt : Math.max(answer.total, endsAt);
    this.dropPage(page);
    for (const later of [...this.pages.keys()]) if (later * PAGE_ROWS >= this.rows) this.dropPage(later);
    this.pages.set(page, answer.items);
    answer.items.forEach((row, slot) => this.places.set(row.id, page * PAGE_ROWS + slot));
    this.evictPages(page);
  }

  /** Replaces a listed row in place. */
  replaceRow(row: TargetView): void {
    const place = this.places.get(row.id);
    if (place === undefined) return;
    const rows = this.pages.get(Math.floor(place / PAGE_ROWS));
    if (rows !== undefined) rows[place % PAGE_ROWS] = row;
  }

  private evictPages(around: number): void {
    if (this.pages.size <= PAGES_KEPT) return;
    const farthest = [...this.pages.keys()].sort((a, b) => Math.abs(b - around) - Math.abs(a - around))[0];
    if (farthest !== undefined) this.dropPage(farthest);
  }

  private dropPage(page: number): void {
    for (const row of this.pages.get(page) ?? []) {
      const place = this.places.get(row.id);
      if (place !== undefined && Math.floor(place / PAGE_ROWS) === page) this.places.delete(row.id);
    }
    this.pages.delete(page);
  }
}
