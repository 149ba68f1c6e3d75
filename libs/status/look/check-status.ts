import { Component, computed, input } from '@angular/core';
import type { CheckStatus } from '@icmp-mon/status/contract';
import { checkStatusText } from './check-text';

/** Shows the status of a check that expects no answer, by shape, text and colour; `isZero` leaves out the colour, because no check has it. */
@Component({
  selector: 'icm-check-status',
  template: `
    <svg viewBox="0 0 12 12" width="12" height="12" aria-hidden="true" focusable="false">
      @switch (status()) {
        @case ('violated') {
          <path d="M2 2 10 10M10 2 2 10" fill="none" stroke="currentColor" stroke-width="2.4" />
        }
        @case ('as_expected') {
          <circle cx="6" cy="6" r="3.2" fill="currentColor" />
        }
        @default {
          <circle
            cx="6"
            cy="6"
            r="4.4"
            fill="none"
            stroke="currentColor"
            stroke-width="1.8"
            stroke-dasharray="2.3 2.3"
          />
        }
      }
    </svg>
    <span>{{ text() }}</span>
  `,
  styles: `
    :host {
      display: inline-flex;
      align-items: center;
      gap: 6px;
      color: var(--icm-unknown);
      font-weight: 500;
      white-space: nowrap;
    }
    :host([data-status='as_expected']) {
      color: var(--icm-up);
    }
    :host([data-status='violated']) {
      color: var(--icm-violated);
      font-weight: 600;
    }
    :host([data-zero]) {
      color: var(--icm-text-quiet);
      font-weight: 500;
    }
    svg {
      flex: none;
    }
  `,
  host: { '[attr.data-status]': 'status()', '[attr.data-zero]': 'isZero() ? "" : null' },
})
export class CheckStatusGlyph {
  readonly status = input.required<CheckStatus>();
  readonly isZero = input(false);
  protected readonly text = computed(() => checkStatusText(this.status()));
}
