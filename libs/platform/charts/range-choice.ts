import { Component, inject, input } from '@angular/core';
import { Router } from '@angular/router';
import { TIME_RANGES, type TimeRange } from './time-range';

/** Chooses the page's time range and keeps it in the address as `range`, in place of a span that was chosen in a chart. */
@Component({
  selector: 'icm-range-choice',
  template: `
    <div class="segments" role="group" aria-label="Time range">
      @for (choice of ranges(); track choice) {
        <button
          type="button"
          class="button"
          [attr.aria-pressed]="choice === range()"
          [attr.data-testid]="'range-' + choice"
          (click)="choose(choice)"
        >
          {{ choice }}
        </button>
      }
    </div>
  `,
})
export class RangeChoice {
  private readonly router = inject(Router);
  /** Null while a span is shown that no range names. */
  readonly range = input.required<TimeRange | null>();
  readonly ranges = input<readonly TimeRange[]>(TIME_RANGES);

  protected choose(range: TimeRange): void {
    void this.router.navigate([], { queryParams: { range, from: null, to: null }, queryParamsHandling: 'merge' });
  }
}
