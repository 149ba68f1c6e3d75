import { Component, computed, input } from '@angular/core';
import { verdictOf } from './path-verdict';
import type { ShownPath } from './shown-path';

/** Where the paths break, in one sentence, with what speaks for and against it. */
@Component({
  selector: 'icm-path-verdict',
  template: `
    <svg viewBox="0 0 12 12" width="14" height="14" aria-hidden="true" focusable="false">
      @switch (verdict().state) {
        @case ('good') {
          <circle cx="6" cy="6" r="3.2" fill="currentColor" />
        }
        @case ('none') {
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
        @case ('unclear') {
          <path d="M6 1 11.4 10.6H.6z" fill="currentColor" />
        }
        @default {
          <path d="M2 2 10 10M10 2 2 10" fill="none" stroke="currentColor" stroke-width="2.6" />
        }
      }
    </svg>
    <div>
      <p class="headline" data-testid="path-verdict">{{ verdict().headline }}</p>
      @for (sentence of verdict().evidence; track sentence) {
        <p class="quiet">{{ sentence }}</p>
      }
    </div>
  `,
  styles: `
    :host {
      display: flex;
      gap: 10px;
      padding: 10px var(--icm-space-4);
      border-left: 4px solid var(--icm-line-strong);
      background: var(--icm-surface);
      overflow-wrap: anywhere;
    }
    :host([data-state='broken']) {
      border-left-color: var(--icm-down);
    }
    :host([data-state='unclear']) {
      border-left-color: var(--icm-degraded);
    }
    svg {
      flex: none;
      margin-top: 4px;
      color: var(--icm-unknown);
    }
    :host([data-state='good']) svg {
      color: var(--icm-up);
    }
    :host([data-state='broken']) svg {
      color: var(--icm-down);
    }
    :host([data-state='unclear']) svg {
      color: var(--icm-degraded);
    }
    .headline {
      font-size: 15px;
      font-weight: 600;
    }
  `,
  host: { '[attr.data-state]': 'verdict().state' },
})
export class PathVerdictLine {
  readonly path = input.required<ShownPath>();
  protected readonly verdict = computed(() => verdictOf(this.path()));
}
