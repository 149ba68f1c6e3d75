import { Component, computed, input } from '@angular/core';
import type { HealthState } from '@icmp-mon/operations/contract';
import { HEALTH_LOOKS_LIKE } from '@icmp-mon/operations/contract';
import { StatusGlyph } from '@icmp-mon/status/look';

/** State of a health part, in the shapes and colours of the target statuses. */
@Component({
  selector: 'icm-health-state',
  imports: [StatusGlyph],
  template: `<icm-status [status]="looksLike()" [label]="state()" [compact]="compact()" />`,
})
export class HealthGlyph {
  readonly state = input.required<HealthState>();
  readonly compact = input(false);
  protected readonly looksLike = computed(() => HEALTH_LOOKS_LIKE[this.state()]);
}
