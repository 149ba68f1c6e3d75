import { Component, computed, input } from '@angular/core';
import { RouterLink } from '@angular/router';
import { type AgentView, isNotBelievedReason, NOT_BELIEVED_TEXTS } from '@icmp-mon/agents/contract';
import { CountPipe } from '@icmp-mon/platform/ui-kit';

/** Measurements of an agent that were not believed since its start; nothing if there are none, and for older agents. */
@Component({
  selector: 'icm-agent-not-believed',
  imports: [CountPipe, RouterLink],
  template: `
    @if (rows().length > 0) {
      <section class="card" aria-labelledby="not-believed-title" data-testid="agent-not-believed">
        <div class="card-head">
          <h2 id="not-believed-title">Not believed</h2>
          <span class="quiet">since the start of the agent</span>
          <span class="spread"></span>
          <a routerLink="/docs/how-to/results-not-believed" fragment="the-machine-of-the-agent">What to do</a>
        </div>
        <div class="table-scroll" tabindex="0" role="group" aria-label="Measurements that are not believed">
          <table class="plain">
            <thead>
              <tr>
                <th>Why</th>
                <th class="number">Number</th>
              </tr>
            </thead>
            <tbody>
              @for (row of rows(); track row.reason) {
                <tr>
                  <td class="sentence">{{ row.text }}</td>
                  <td class="number">{{ row.count | count }}</td>
                </tr>
              }
            </tbody>
          </table>
        </div>
      </section>
    }
  `,
  styles: `
    /* Otherwise the page has the gap of its cards twice. */
    :host(:empty) {
      display: none;
    }
    .sentence {
      white-space: normal;
      overflow-wrap: anywhere;
    }
  `,
})
export class AgentNotBelieved {
  readonly agent = input.required<Pick<AgentView, 'telemetry'>>();
  protected readonly rows = computed(() =>
    Object.entries(this.agent().telemetry?.notBelieved ?? {})
      .filter(([, count]) => count > 0)
      .map(([reason, count]) => ({ reason, count, text: textOf(reason) }))
      .sort((a, b) => b.count - a.count),
  );
}

/** Newer agents may report other reasons. */
function textOf(reason: string): string {
  return isNotBelievedReason(reason) ? NOT_BELIEVED_TEXTS[reason] : reason.replaceAll('_', ' ');
}
