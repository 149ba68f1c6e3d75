import { Injectable } from '@angular/core';

/** The position at which the user left the target list, so that the way back leads to it. */
@Injectable({ providedIn: 'root' })
export class ListPlace {
  /** URL of the list with its filter, order and row. */
  url = '/targets';
  /** Distance of the row from the top of the list, in pixels. */
  private offsetPx = 0;
  private rowId: string | null = null;

  rememberPlace(url: string, rowId: string, offsetPx: number): void {
    Object.assign(this, { url, rowId, offsetPx });
  }

  /** Returns the distance at which a row was left; `elsewherePx` for another row, as after a reload. */
  offsetOf(rowId: string, elsewherePx: number): number {
    return rowId === this.rowId ? this.offsetPx : elsewherePx;
  }
}
