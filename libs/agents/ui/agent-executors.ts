import { Component, input } from '@angular/core';
import type { AgentView } from '@icmp-mon/agents/contract';

/** The executors of an agent, with their states. */
@Component({
  selector: 'icm-agent-executors',
  template: `
    <section class="card" aria-labelledby="executors-title">
      <div class="card-head"><h2 id="executors-title">Executors</h2></div>
      <div class="table-scroll" tabindex="0" role="group" aria-label="Executors">
        <table class="plain">
          <thead>
            <tr>
              <th>Type</th>
              <th>State</th>
              <th>Version</th>
              <th>Detail</th>
            </tr>
          </thead>
          <tbody>
            @for (executor of agent().telemetry?.executors ?? []; track executor.type) {
              <tr>
                <td class="mono">{{ executor.type }}</td>
                <td [class.bad]="executor.state !== 'ok' && executor.state !== 'idle'">
                  {{ executor.state.replaceAll('_', ' ') }}
                </td>
                <td>{{ executor.version ?? '–' }}</td>
                <td class="sentence">{{ executor.detail }}</td>
              </tr>
            } @empty {
              <tr>
                <td colspan="4" class="quiet">No report yet.</td>
              </tr>
            }
          </tbody>
        </table>
      </div>
    </section>
  `,
  styles: `
    .bad {
      color: var(--icm-down);
      font-weight: 500;
    }
    /* Not truncated: the remedy is at the end of the sentence. */
    .sentence {
      min-width: 280px;
      white-space: normal;
      overflow-wrap: anywhere;
    }
  `,
})
export class AgentExecutors {
  readonly agent = input.required<Pick<AgentView, 'telemetry'>>();
}
