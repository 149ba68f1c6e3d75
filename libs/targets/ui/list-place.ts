import { Injectable } from '@angular/core';

/** Where the reader left the target list, so that the way back leads there. */
@Injectable({ providedIn: 'root' })
export class ListPlace {
  /** Address of the list with its filter, sort and row. */
  url = '/targets';
  /** How far below the top of the list the row was, in pixels. */
  private offsetPx = 0;
  private rowId: string | null = null;

  leave(url: string, rowId: string, offsetPx: number): void {
    Object.assign(this, { url, rowId, offsetPx });
  }

  /** The offset at which a row was left; in the middle of a usual screen for another one, as after a reload. */
  offsetOf(rowId: string, elsewherePx: number): number {
    return rowId === this.rowId ? this.offsetPx : elsewherePx;
  }
}
