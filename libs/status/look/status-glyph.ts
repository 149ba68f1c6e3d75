import { Component, input } from '@angular/core';
import type { Status } from '@icmp-mon/status/contract';

/**
 * Shows a status by shape, text and colour. `compact` keeps the text for screen readers only; `label` replaces the text for states that
 * look like that status; `isZero` leaves out the colour, because nothing has the status.
 */
@Component({
  selector: 'icm-status',
  template: `
    <svg viewBox="0 0 12 12" width="12" height="12" aria-hidden="true" focusable="false">
      @switch (status()) {
        @case ('up') {
          <circle cx="6" cy="6" r="3.2" fill="currentColor" />
        }
        @case ('degraded') {
          <path d="M6 1 11.4 10.6H.6z" fill="currentColor" />
        }
        @case ('down') {
          <rect x="1" y="1" width="10" height="10" fill="currentColor" />
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
    <span [class.for-screen-readers]="compact()">{{ label() ?? status() }}</span>
  `,
  styles: `
    :host {
      display: inline-flex;
      align-items: center;
      gap: 6px;
      color: var(--icm-unknown);
      font-weight: 500;
    }
    :host([data-status='up']) {
      color: var(--icm-up);
    }
    :host([data-status='degraded']) {
      color: var(--icm-degraded);
    }
    :host([data-status='down']) {
      color: var(--icm-down);
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
export class StatusGlyph {
  readonly status = input.required<Status>();
  readonly compact = input(false);
  readonly label = input<string>();
  readonly isZero = input(false);
}
