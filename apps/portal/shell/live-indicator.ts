import { Component, computed, inject } from '@angular/core';
import { LiveStream } from '@icmp-mon/platform/live-stream';

/** Shows whether the page is live; grey, with the age, while its data is outdated. */
@Component({
  selector: 'icm-live-indicator',
  template: `
    <span data-testid="live-indicator" [attr.data-mood]="state().mood">
      <svg viewBox="0 0 12 12" width="10" height="10" aria-hidden="true">
        @switch (state().mood) {
          @case ('live') {
            <circle cx="6" cy="6" r="4" fill="currentColor" />
          }
          @case ('late') {
            <circle cx="6" cy="6" r="4" fill="currentColor" />
          }
          @default {
            <circle cx="6" cy="6" r="4" fill="none" stroke="currentColor" stroke-width="2" />
          }
        }
      </svg>
      {{ state().text }}
    </span>
  `,
  styles: `
    span {
      display: inline-flex;
      align-items: center;
      gap: 6px;
      padding: 0 8px;
      color: var(--icm-text-quiet);
      white-space: nowrap;
      font-variant-numeric: tabular-nums;
    }
    [data-mood='live'] svg {
      color: var(--icm-up);
    }
    [data-mood='trying'] {
      color: var(--icm-degraded);
    }
    [data-mood='late'],
    [data-mood='disconnected'] {
      color: var(--icm-text);
      font-weight: 600;
    }
    [data-mood='late'] svg,
    [data-mood='disconnected'] svg {
      color: var(--icm-unknown);
    }
  `,
})
export class LiveIndicator {
  private readonly stream = inject(LiveStream);
  protected readonly state = computed(() => this.stream.truth());
}
