import { Component, computed, input } from '@angular/core';
import { percentText } from '@icmp-mon/platform/ui-kit';

const CELL_PX = 2;
const HEIGHT_PX = 16;
/** From this ratio of lost probes on, a cell is drawn as an outage. */
const OUTAGE_RATIO = 0.5;

export type CellKind = 'none' | 'some' | 'most';

/** Returns how the loss of a cell is drawn. */
export function kindOf(lossRatio: number): CellKind {
  if (lossRatio === 0) return 'none';
  return lossRatio < OUTAGE_RATIO ? 'some' : 'most';
}

/** Returns the SVG path of all cells of one kind. A cell's height is its loss, and never 0, which is a cell without data. */
export function cellsPath(cells: readonly (number | null)[], kind: CellKind): string {
  return cells
    .flatMap((lossRatio, index) => {
      if (lossRatio === null || kindOf(lossRatio) !== kind) return [];
      const height = lossRatio === 0 ? 3 : Math.max(6, Math.round(lossRatio * HEIGHT_PX));
      return [`M${index * CELL_PX} ${HEIGHT_PX - height}h${CELL_PX}v${height}h-${CELL_PX}z`];
    })
    .join('');
}

/** Describes the strip as text. Cells are oldest first; the last one ends now. */
export function stripText(cells: readonly (number | null)[], cellMs: number): string {
  const minutesOf = (count: number): number => Math.round((count * cellMs) / 60_000);
  const minutes = minutesOf(cells.length);
  const measured = cells.filter((lossRatio) => lossRatio !== null);
  if (measured.length === 0) return `No data in the last ${minutes} min`;
  const lossy = measured.filter((lossRatio) => lossRatio > 0);
  if (lossy.length === 0) {
    const isWhole = measured.length === cells.length;
    return isWhole
      ? `No loss in the last ${minutes} min`
      : `No loss in ${minutesOf(measured.length)} of the last ${minutes} min, no data in the others`;
  }
  const worst = Math.max(...lossy);
  const agoMin = Math.round(((cells.length - 1 - cells.lastIndexOf(worst)) * cellMs) / 60_000);
  const at = agoMin === 0 ? 'now' : `${agoMin} min ago`;
  return `Loss in ${minutesOf(lossy.length)} of the last ${minutes} min, maximum ${percentText(worst)} (${at})`;
}

/** Loss of the last hour, one cell per minute; an empty cell has no data. */
@Component({
  selector: 'icm-loss-strip',
  template: `
    <svg
      [attr.viewBox]="'0 0 ' + widthPx() + ' ${HEIGHT_PX}'"
      [attr.width]="widthPx()"
      height="${HEIGHT_PX}"
      role="img"
      [attr.aria-label]="text()"
    >
      <title>{{ text() }}</title>
      <path class="base" [attr.d]="'M0 ${HEIGHT_PX - 0.5}h' + widthPx()" />
      <path class="none" [attr.d]="path('none')" />
      <path class="some" [attr.d]="path('some')" />
      <path class="most" [attr.d]="path('most')" />
    </svg>
  `,
  styles: `
    :host {
      display: inline-flex;
    }
    .base {
      stroke: var(--icm-line);
    }
    .none {
      fill: var(--icm-up);
      opacity: 0.45;
    }
    .some {
      fill: var(--icm-degraded);
    }
    .most {
      fill: var(--icm-down);
    }
  `,
})
export class LossStrip {
  readonly cells = input.required<readonly (number | null)[]>();
  readonly cellMs = input.required<number>();
  protected readonly widthPx = computed(() => this.cells().length * CELL_PX);
  protected readonly text = computed(() => stripText(this.cells(), this.cellMs()));

  protected path(kind: CellKind): string {
    return cellsPath(this.cells(), kind);
  }
}
