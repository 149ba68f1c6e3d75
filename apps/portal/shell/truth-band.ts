import { Component, computed, inject } from '@angular/core';
import { LiveStream } from '@icmp-mon/platform/live-stream';

/** Band at the top of every page: the age and cause of outdated data, or a problem of the product that concerns all pages. */
@Component({
  selector: 'icm-truth-band',
  template: `
    <p class="for-screen-readers" role="status">{{ spoken() }}</p>
    @if (band(); as shown) {
      <p class="band" data-testid="truth-band" [attr.data-kind]="shown.kind" aria-hidden="true">{{ shown.text }}</p>
    }
  `,
  styles: `
    .band {
      margin: 0;
      padding: 6px 24px;
      border-bottom: 1px solid var(--icm-line);
      background: var(--icm-tint);
      color: var(--icm-text);
      font-weight: 600;
      font-variant-numeric: tabular-nums;
      overflow-wrap: anywhere;
    }
    [data-kind='disconnected'] {
      box-shadow: inset 4px 0 0 var(--icm-down);
    }
    [data-kind='late'] {
      box-shadow: inset 4px 0 0 var(--icm-degraded);
    }
    [data-kind='notice'] {
      background: var(--icm-surface-sunken);
      font-weight: 400;
    }
    @media (max-width: 640px) {
      .band {
        padding-inline: 12px;
      }
    }
  `,
})
export class TruthBand {
  private readonly stream = inject(LiveStream);
  protected readonly band = computed(() => this.stream.truth().band);
  /** Text for screen readers: without the running age, which would be read out every second. */
  protected readonly spoken = computed(() => this.band()?.spoken ?? '');
}
