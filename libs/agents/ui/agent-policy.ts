import { Component, computed, inject, input } from '@angular/core';
import { RouterLink } from '@angular/router';
import type { AgentView, PolicyRefusal } from '@icmp-mon/agents/contract';
import { AgePipe, Clock, CountPipe, InstantPipe } from '@icmp-mon/platform/ui-kit';

const TEXTS: Record<PolicyRefusal, string> = {
  stopped: 'It stops all probing: stopped is true',
  denied: 'Their address is denied, by the file or always',
  not_allowed: 'Their address is in no range of allow',
  not_canonical: 'Their address is not in canonical form',
  port_refused: 'The port of their check is refused',
  host_refused: 'The name in their HTTP request is refused',
  too_fast: 'They would exceed its packets per second',
};

/** Report of an agent about its policy file: assigned targets that it refuses, by reason, and a change that is not in force; nothing if there is neither. */
@Component({
  selector: 'icm-agent-policy',
  imports: [AgePipe, CountPipe, InstantPipe, RouterLink],
  template: `
    @if (fault() || refused().length > 0) {
      <section class="card" aria-labelledby="policy-title" data-testid="agent-policy">
        <div class="card-head">
          <h2 id="policy-title">Policy file</h2>
          <span class="spread"></span>
          <a routerLink="/docs/agent.md" fragment="the-policy-file">Rules</a>
        </div>
        @if (fault(); as unusable) {
          <p class="fault" data-testid="policy-fault">
            The file was changed
            <span [title]="unusable.since | instant">{{ unusable.since | age: nowMs() }} ago</span>, and cannot be used:
            {{ unusable.detail }}
            <span class="quiet"
              >The previous policy is in force. Correct the file on the machine; the agent reads it again.</span
            >
          </p>
        }
        @if (refused().length > 0) {
          <div class="table-scroll" tabindex="0" role="group" aria-label="Refused targets by reason">
            <table class="plain">
              <thead>
                <tr>
                  <th>Why it refuses assigned targets</th>
                  <th class="number">Targets</th>
                </tr>
              </thead>
              <tbody>
                @for (entry of refused(); track entry.reason) {
                  <tr>
                    <td>{{ entry.text }}</td>
                    <td class="number">{{ entry.targets | count }}</td>
                  </tr>
                }
              </tbody>
            </table>
          </div>
        }
      </section>
    }
  `,
  styles: `
    /* Otherwise the page has the gap of its cards twice. */
    :host(:empty) {
      display: none;
    }
    .fault {
      margin: 0;
      padding: 8px 16px;
      box-shadow: inset 4px 0 0 var(--icm-down);
      overflow-wrap: anywhere;
    }
  `,
})
export class AgentPolicyCard {
  readonly agent = input.required<Pick<AgentView, 'telemetry'>>();
  protected readonly nowMs = inject(Clock).nowMs;
  protected readonly fault = computed(() => this.agent().telemetry?.policyFault);
  protected readonly refused = computed(() =>
    Object.entries(this.agent().telemetry?.policyRefused ?? {})
      .map(([reason, targets]) => ({ reason, targets, text: textOf(reason) }))
      .sort((a, b) => b.targets - a.targets),
  );
}

/** Newer agents may report other reasons. */
function textOf(reason: string): string {
  return Object.hasOwn(TEXTS, reason) ? TEXTS[reason as PolicyRefusal] : reason.replaceAll('_', ' ');
}
