import { Component, computed, input } from '@angular/core';
import type { AgentConnection } from '@icmp-mon/agents/contract';

/** How an agent is heard, by shape, text and colour. */
@Component({
  selector: 'icm-agent-link',
  template: `
    <svg viewBox="0 0 12 12" width="12" height="12" aria-hidden="true" focusable="false">
      @switch (connection()) {
        @case ('connected') {
          <circle cx="6" cy="6" r="3.2" fill="currentColor" />
        }
        @case ('late') {
          <path d="M6 1 11.4 10.6H.6z" fill="currentColor" />
        }
        @case ('lost') {
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
    <span>{{ connection() }}</span>
  `,
  styles: `
    :host {
      display: inline-flex;
      align-items: center;
      gap: 6px;
      font-weight: 500;
    }
  `,
  host: { '[style.color]': 'colour()' },
})
export class AgentLink {
  readonly connection = input.required<AgentConnection>();
  protected readonly colour = computed(() => `var(${COLOURS[this.connection()]})`);
}

const COLOURS: Readonly<Record<AgentConnection, string>> = {
  connected: '--icm-up',
  late: '--icm-degraded',
  lost: '--icm-down',
  enrolled: '--icm-unknown',
};
