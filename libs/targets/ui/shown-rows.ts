import { effect, inject, Injectable, type Signal } from '@angular/core';
import { ShownFigures } from './shown-figures';
import { ShownMarks } from './shown-marks';
import { TargetRows } from './target-rows';

/** Keeps what changes without an event of the list up to date for the visible rows: their figures, and their marks of maintenance. */
@Injectable()
export class ShownRows {
  private readonly rows = inject(TargetRows);
  private readonly figures = inject(ShownFigures);
  private readonly marks = inject(ShownMarks);

  /** Follows the indexes of the visible rows. Call it in an injection context. */
  followRows(visible: Signal<readonly number[]>): void {
    effect(() => {
      const shown = visible().flatMap((index) => this.rows.rowAt(index) ?? []);
      this.figures.showTargets(shown.map(({ key }) => key));
      this.marks.showTargets(shown);
    });
  }
}

/** Providers of the rows of a list and of what is shown of them. */
export const SHOWN_ROWS = [TargetRows, ShownFigures, ShownMarks, ShownRows];
