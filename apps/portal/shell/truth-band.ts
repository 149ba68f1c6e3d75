import { Component, computed, inject } from '@angular/core';
import { LiveStream } from '@icmp-mon/platform/live-stream';

/** On top of every page while what it shows is old, or something is wrong that everybody should know: how old, and why. */
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
    [data-kind='cut'] {
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
  /** The age that counts on is not read out each second. */
  protected readonly spoken = computed(() => this.band()?.spoken ?? '');
}
