import { Component, computed, inject } from '@angular/core';
import { Clock, linkText, LiveStream } from '@icmp-mon/platform/ui-kit';

/** How fresh the page is. A lost link says since when. */
@Component({
  selector: 'icm-live-indicator',
  template: `
    <span role="status" data-testid="live-indicator" [attr.data-mood]="state().mood">
      <svg viewBox="0 0 12 12" width="10" height="10" aria-hidden="true">
        @switch (state().mood) {
          @case ('live') {
            <circle cx="6" cy="6" r="4" fill="currentColor" />
          }
          @case ('stale') {
            <rect x="1.5" y="1.5" width="9" height="9" fill="currentColor" />
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
    [data-mood='stale'] {
      color: var(--icm-down);
      font-weight: 600;
    }
  `,
})
export class LiveIndicator {
  private readonly stream = inject(LiveStream);
  private readonly clock = inject(Clock);
  protected readonly state = computed(() => linkText(this.stream.link(), this.clock.nowMs()));
}
