import { Component, computed, inject, input } from '@angular/core';
import type { TargetMaintenance } from '@icmp-mon/maintenance/contract';
import { Clock } from '@icmp-mon/platform/ui-kit';
import { MaintenanceGlyph } from './maintenance-glyph';
import { markText, shortUntil } from './mark-text';

/** That a target is in maintenance, and until when; on hover, and for screen readers, also in which window and who scheduled it. */
@Component({
  selector: 'icm-maintenance-mark',
  imports: [MaintenanceGlyph],
  template: `
    <icm-maintenance-glyph />
    <span class="until" aria-hidden="true">until {{ until() }}</span>
    <span class="for-screen-readers">{{ text() }}</span>
  `,
  styles: `
    :host {
      position: relative;
      display: inline-flex;
      flex: none;
      align-items: center;
      gap: 4px;
      color: var(--icm-maintenance);
      white-space: nowrap;
    }

    @media (max-width: 640px) {
      .until {
        display: none;
      }
    }
  `,
  host: { '[title]': 'text()' },
})
export class MaintenanceMark {
  private readonly nowMs = inject(Clock).nowMs;
  readonly mark = input.required<TargetMaintenance>();
  protected readonly until = computed(() => shortUntil(this.mark(), this.nowMs()));
  protected readonly text = computed(() => markText(this.mark(), this.nowMs()));
}
