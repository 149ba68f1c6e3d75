import { Component, computed, input } from '@angular/core';
import type { AgentConnection } from '@icmp-mon/agents/contract';
import { StatusGlyph } from '@icmp-mon/status/look';
import type { Status } from '@icmp-mon/status/contract';

/** Connection state of an agent, with the shapes and colours of the statuses. */
@Component({
  selector: 'icm-agent-link',
  imports: [StatusGlyph],
  template: `<icm-status [status]="looksLike()" [label]="connection()" />`,
})
export class AgentLink {
  readonly connection = input.required<AgentConnection>();
  protected readonly looksLike = computed(() => LOOKS_LIKE[this.connection()]);
}

const LOOKS_LIKE: Readonly<Record<AgentConnection, Status>> = {
  connected: 'up',
  late: 'degraded',
  lost: 'down',
  enrolled: 'unknown',
  unknown: 'unknown',
};
