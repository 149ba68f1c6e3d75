import { Component, computed, inject, input, signal } from '@angular/core';
import type { AgentView, CreateEnrolmentTokenRequest, EnrolmentTokenCreated } from '@icmp-mon/agents/contract';
import { Session } from '@icmp-mon/identity/ui';
import { Icon, InstantPipe, readProblem, Toasts } from '@icmp-mon/platform/ui-kit';
import { AgentsClient } from './agents.client';
import { joinCommand } from './join-command';

/** Makes an enrolment token and shows the command that uses it. */
@Component({
  selector: 'icm-join-agent',
  imports: [Icon, InstantPipe],
  template: `
    @if (created(); as token) {
      <p>
        Run this in the project's folder on the vantage point. The token works once, until
        {{ token.expiresAt | instant }}, and is not shown again.
        @if (token.agentName) {
          It puts that machine in the place of {{ token.agentName }}: the present one is refused from then on. An agent
          that is installed there already needs the token and an empty state folder.
        }
      </p>
      <div class="command">
        <pre tabindex="0" data-testid="join-command">{{ command() }}</pre>
        <button type="button" class="button" (click)="copy()"><icm-icon name="copy" /> Copy</button>
      </div>
    } @else if (mayEnrol()) {
      <button
        type="button"
        class="button button-primary"
        data-testid="make-token"
        [disabled]="making()"
        (click)="makeToken()"
      >
        <icm-icon name="plus" /> {{ making() ? 'Making a token…' : 'Show the join command' }}
      </button>
    } @else {
      <p class="quiet">An engineer or administrator can make the token that a new agent needs.</p>
    }
  `,
  styles: `
    :host {
      display: block;
      max-width: 100%;
    }
    .command {
      display: flex;
      flex-wrap: wrap;
      align-items: flex-start;
      gap: 8px;
      margin-top: 8px;
    }
    pre {
      flex: 1 1 420px;
      min-width: 0;
      margin: 0;
      padding: 10px 14px;
      overflow-x: auto;
      border: 1px solid var(--icm-line);
      border-radius: var(--icm-radius);
      background: var(--icm-surface-sunken);
      color: var(--icm-text);
      font: 13px/1.5 var(--icm-font-mono);
    }
  `,
})
export class JoinAgent {
  private readonly client = inject(AgentsClient);
  private readonly toasts = inject(Toasts);
  private readonly session = inject(Session);
  /** Makes a token that puts a machine in the place of this agent; for a new one unless set. */
  readonly replaces = input<Pick<AgentView, 'name' | 'region' | 'provider'>>();
  protected readonly created = signal<EnrolmentTokenCreated | null>(null);
  protected readonly making = signal(false);
  protected readonly mayEnrol = computed(() => this.session.may('agents:enrol'));
  protected readonly command = computed(() => {
    const token = this.created();
    return token === null ? '' : joinCommand(token, this.replaces());
  });

  protected async makeToken(): Promise<void> {
    this.making.set(true);
    try {
      const agentName = this.replaces()?.name;
      const body: CreateEnrolmentTokenRequest = { uses: 1, ...(agentName !== undefined && { agentName }) };
      this.created.set(await this.client.createToken(body));
    } catch (failure) {
      const problem = readProblem(failure);
      this.toasts.failed(`No token was made. ${problem.title}. ${problem.detail}`);
    } finally {
      this.making.set(false);
    }
  }

  protected async copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(this.command());
      this.toasts.done('The command was copied.');
    } catch (failure) {
      console.warn('The clipboard was refused.', failure);
      this.toasts.failed('The browser refused the clipboard. Select the command and copy it.');
    }
  }
}
