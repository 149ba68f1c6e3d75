import { Component, computed, inject, input } from '@angular/core';
import { RouterLink } from '@angular/router';
import { anchorEvidence, type AgentView, type AnchorState } from '@icmp-mon/agents/contract';
import { AgePipe, Clock, InstantPipe, RttPipe } from '@icmp-mon/platform/ui-kit';

const TEXTS: Record<AnchorState, string> = {
  answers: 'answers',
  silent: 'silent',
  refused: 'refused by the policy file',
  unmeasured: 'not measured',
};

/** The anchors as one agent sees them; nothing if none are set, and for older agents. */
@Component({
  selector: 'icm-agent-anchors',
  imports: [AgePipe, InstantPipe, RouterLink, RttPipe],
  template: `
    @if (anchors().length > 0) {
      <section class="card" aria-labelledby="agent-anchors-title" data-testid="agent-anchors">
        <div class="card-head">
          <h2 id="agent-anchors-title">Anchors</h2>
          <span class="spread"></span>
          <a routerLink="/docs/how-to/results-not-believed">How they are used</a>
        </div>
        @if (areSilent()) {
          <p class="fault" data-testid="anchors-silent">
            None answers: the uplink of this agent may be out. While at least half of its targets are silent too, its
            misses are stored, and make no target down.
          </p>
        }
        <div class="table-scroll" tabindex="0" role="group" aria-label="Anchors">
          <table class="plain">
            <thead>
              <tr>
                <th>Anchor</th>
                <th>State</th>
                <th class="number">Round trip</th>
                <th>Last reply</th>
              </tr>
            </thead>
            <tbody>
              @for (anchor of anchors(); track anchor.ip) {
                <tr>
                  <td class="mono">{{ anchor.ip }}</td>
                  <td [class.bad]="anchor.state === 'silent'">{{ textOf(anchor.state) }}</td>
                  <td class="number">{{ anchor.rttUs === undefined ? '–' : (anchor.rttUs | rtt) }}</td>
                  @if (anchor.lastReplyAt; as at) {
                    <td [title]="at | instant">{{ at | age: nowMs() }} ago</td>
                  } @else {
                    <td class="quiet">never</td>
                  }
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
    .bad {
      color: var(--icm-down);
      font-weight: 500;
    }
    .fault {
      margin: 0;
      padding: 8px 16px;
      box-shadow: inset 4px 0 0 var(--icm-down);
      overflow-wrap: anywhere;
    }
  `,
})
export class AgentAnchors {
  readonly agent = input.required<Pick<AgentView, 'telemetry'>>();
  protected readonly nowMs = inject(Clock).nowMs;
  protected readonly anchors = computed(() => this.agent().telemetry?.anchors ?? []);
  protected readonly areSilent = computed(() => anchorEvidence(this.anchors()) === 'silent');

  /** Newer agents may report other states. */
  protected readonly textOf = (state: string): string =>
    Object.hasOwn(TEXTS, state) ? TEXTS[state as AnchorState] : state.replaceAll('_', ' ');
}
