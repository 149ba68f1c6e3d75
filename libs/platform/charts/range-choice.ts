import { Component, inject, input } from '@angular/core';
import { Router } from '@angular/router';
import { TIME_RANGES, type TimeRange } from './time-range';

/** Chooses the page's time range and keeps it in the address as `range`. */
@Component({
  selector: 'icm-range-choice',
  template: `
    <div class="segments" role="group" aria-label="Time range">
      @for (choice of ranges; track choice) {
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
  readonly range = input.required<TimeRange>();
  protected readonly ranges = TIME_RANGES;

  protected choose(range: TimeRange): void {
    void this.router.navigate([], { queryParams: { range }, queryParamsHandling: 'merge' });
  }
}
