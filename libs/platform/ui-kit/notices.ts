import { Component, computed, input, output } from '@angular/core';
import { readProblem } from './problem';
import { ClockTimePipe } from './text-pipes';

/** Shows what failed, why, and what to do. */
@Component({
  selector: 'icm-failure',
  imports: [ClockTimePipe],
  template: `
    <div class="texts" role="alert">
      <h2>
        {{ what() }}
        @if (sinceMs(); as since) {
          <span class="quiet">since {{ since | clockTime }}; showing older data</span>
        }
      </h2>
      <p>{{ problem().title }}. {{ problem().detail }}</p>
    </div>
    <button type="button" class="button" (click)="retry.emit()">Retry</button>
  `,
  styles: `
    /* Next to the texts, so that the older data below stays in view. */
    :host {
      display: flex;
      flex-wrap: wrap;
      align-items: center;
      gap: 8px 16px;
      padding: 12px 16px;
      border-left: 4px solid var(--icm-danger);
      background: var(--icm-surface);
    }
    .texts {
      flex: 1 1 300px;
    }
    p {
      margin: 2px 0 0;
      color: var(--icm-text-quiet);
      max-width: 110ch;
    }
  `,
})
export class Failure {
  readonly what = input.required<string>();
  readonly error = input.required<unknown>();
  /** Since when it fails, ms since 1970; null when no older data is shown. */
  readonly sinceMs = input<number | null>(null);
  readonly retry = output<void>();
  protected readonly problem = computed(() => readProblem(this.error()));
}

/** An empty state: its content explains what to do next. */
@Component({
  selector: 'icm-empty',
  template: `
    <h2>{{ what() }}</h2>
    <ng-content />
  `,
  styles: `
    :host {
      display: flex;
      flex-direction: column;
      align-items: flex-start;
      gap: 8px;
      padding: 24px 16px;
      max-width: 76ch;
      color: var(--icm-text-quiet);
    }
    h2 {
      color: var(--icm-text);
    }
  `,
})
export class Empty {
  readonly what = input.required<string>();
}
