import { Component, computed, inject, input } from '@angular/core';
import { Router } from '@angular/router';
import { LONG_TIME_RANGES, RangeChoice } from '@icmp-mon/platform/charts';
import { Failure } from '@icmp-mon/platform/ui-kit';
import { LatestResults } from './latest-results';
import { readFailures } from './read-failures';
import { showSpan } from './show-span';
import { TargetHistory } from './history/target-history';
import { targetResults } from './target-results';

/** Span that is shown unless another one is chosen, ms: the last day of the target. */
const SHOWN_MS = 24 * 60 * 60_000;

/** The stored results of a removed target. */
@Component({
  selector: 'icm-former-results',
  imports: [Failure, LatestResults, RangeChoice, TargetHistory],
  template: `
    @for (failure of failures(); track failure.text) {
      <icm-failure [what]="failure.text" [error]="failure.error" [sinceMs]="failure.sinceMs" (retry)="shown.reload()" />
    }
    <icm-range-choice
      [ranges]="ranges"
      [range]="isChosen() ? shown.chosenRange() : '24h'"
      [span]="isChosen() ? shown.span() : null"
    />
    @if (shown.showsHistory()) {
      <icm-target-history [shown]="shown" (zoomed)="showWindows($event)" />
    }
    @if (shown.singles().length > 0) {
      <icm-latest-results [shown]="shown" />
    }
  `,
  styles: ':host { display: flex; flex-direction: column; gap: 16px; }',
})
export class FormerResults {
  private readonly router = inject(Router);

  readonly id = input.required<string>();
  readonly removedAt = input.required<string>();
  readonly range = input<string>();
  readonly from = input<string>();
  readonly to = input<string>();

  protected readonly isChosen = computed(() => (this.range() ?? this.from() ?? this.to()) !== undefined);
  private readonly lastDay = computed(() => Date.parse(this.removedAt()) - SHOWN_MS);
  protected readonly shown = targetResults({
    id: this.id,
    range: this.range,
    from: computed(() => (this.isChosen() ? this.from() : new Date(this.lastDay()).toISOString())),
    to: computed(() => (this.isChosen() ? this.to() : this.removedAt())),
  });
  protected readonly ranges = LONG_TIME_RANGES;
  protected readonly failures = computed(() => readFailures(this.shown.namedReads));

  protected showWindows(span: { fromMs: number; toMs: number } | null): void {
    showSpan(this.router, span);
  }
}
