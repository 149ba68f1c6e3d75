import { Component, computed, input } from '@angular/core';
import type { HealthState } from '@icmp-mon/operations/contract';
import { StatusGlyph } from '@icmp-mon/platform/ui-kit';
import type { Status } from '@icmp-mon/status/contract';

/** The state of a part, in the shapes and colours of the statuses. */
@Component({
  selector: 'icm-health-state',
  imports: [StatusGlyph],
  template: `<icm-status [status]="looksLike()" [label]="state()" [compact]="compact()" />`,
})
export class HealthGlyph {
  readonly state = input.required<HealthState>();
  readonly compact = input(false);
  protected readonly looksLike = computed(() => LOOKS_LIKE[this.state()]);
}

const LOOKS_LIKE: Readonly<Record<HealthState, Status>> = {
  ok: 'up',
  attention: 'degraded',
  bad: 'down',
  unknown: 'unknown',
};
