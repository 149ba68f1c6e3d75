import { Component, computed, inject, input } from '@angular/core';
import { CountPipe, keepLast, reloadEvery } from '@icmp-mon/platform/ui-kit';
import { AgentsClient } from './agents.client';
import { anchorRows } from './anchor-rows';

const AGAIN_MS = 5_000;

/** How many agents reach each anchor: one that none reaches is itself at fault, or blocked. */
@Component({
  selector: 'icm-anchor-fleet',
  imports: [CountPipe],
  template: `
    @if (rows().length > 0) {
      <section class="card" aria-labelledby="anchor-fleet-title" data-testid="anchor-fleet">
        <div class="card-head"><h2 id="anchor-fleet-title">Seen by the agents</h2></div>
        <div class="table-scroll" tabindex="0" role="group" aria-label="Anchors as agents see them">
          <table class="plain">
            <thead>
              <tr>
                <th>Anchor</th>
                <th class="number" title="Connected agents that received a reply in the last round">Answers</th>
                <th class="number">Silent</th>
                <th class="number" title="Agents whose policy file refuses the address">Refused</th>
                <th class="number" title="Connected agents without a measurement">Not measured</th>
                <th>Silent for</th>
              </tr>
            </thead>
            <tbody>
              @for (row of rows(); track row.ip) {
                <tr>
                  <td class="mono">{{ row.ip }}</td>
                  <td class="number">{{ row.answers | count }}</td>
                  <td class="number" [class.bad]="row.silent.length > 0">{{ row.silent.length | count }}</td>
                  <td class="number">{{ row.refused | count }}</td>
                  <td class="number">{{ row.unmeasured | count }}</td>
                  <td class="names">{{ row.silentNames }}</td>
                </tr>
              }
            </tbody>
          </table>
        </div>
      </section>
    }
  `,
  styles: `
    .bad {
      color: var(--icm-down);
      font-weight: 500;
    }
    .names {
      white-space: normal;
      min-width: 160px;
    }
  `,
})
export class AnchorFleet {
  readonly ips = input.required<readonly string[]>();
  private readonly read = inject(AgentsClient).listAgents();
  private readonly agents = keepLast(this.read);
  protected readonly rows = computed(() => anchorRows(this.ips(), this.agents.value()?.items ?? []));

  constructor() {
    reloadEvery(this.read, AGAIN_MS);
  }
}
