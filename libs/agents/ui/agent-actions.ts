import { Component, computed, inject, input, output, signal } from '@angular/core';
import { MatDialog } from '@angular/material/dialog';
import type { AgentView, ChangeAgentRequest } from '@icmp-mon/agents/contract';
import { Session } from '@icmp-mon/identity/ui';
import { type Confirmation, ConfirmDialog, instantText, Toasts } from '@icmp-mon/platform/ui-kit';
import { firstValueFrom } from 'rxjs';
import { isReplaceable, offeredChanges, type OfferedChange, stateText } from './agent-changes';
import { AgentsClient } from './agents.client';
import { JoinAgent } from './join-agent';

/** Card on an agent's page with its lifecycle state and the changes that an operator can make. */
@Component({
  selector: 'icm-agent-actions',
  imports: [JoinAgent],
  template: `
    <section class="card" aria-labelledby="life-title">
      <div class="card-head"><h2 id="life-title">Lifecycle</h2></div>
      <div class="inside">
        <p data-testid="agent-state">{{ text() }}</p>
        @if (mayChange() && changes().length > 0) {
          <div class="actions">
            <input
              class="text-field"
              aria-label="Reason, stored in the audit log"
              placeholder="Reason (optional)"
              maxlength="200"
              [value]="reason()"
              (input)="reason.set($any($event.target).value)"
            />
            @for (change of changes(); track change.label) {
              <button
                type="button"
                class="button"
                [attr.data-testid]="'agent-' + change.change"
                [disabled]="busy()"
                (click)="askToConfirm(change)"
              >
                {{ change.label }}
              </button>
            }
          </div>
        }
        @if (replaceable()) {
          <details>
            <summary>Replace with another machine</summary>
            <icm-join-agent [replaces]="agent()" />
          </details>
        }
      </div>
    </section>
  `,
  styles: `
    .inside {
      display: flex;
      flex-direction: column;
      gap: 10px;
      padding: 4px 16px 12px;
    }
    p {
      margin: 0;
    }
    .actions {
      display: flex;
      flex-wrap: wrap;
      gap: 8px;
    }
    .text-field {
      flex: 0 1 260px;
    }
    summary {
      cursor: pointer;
      color: var(--icm-text-quiet);
    }
    icm-join-agent {
      margin-top: 8px;
    }
  `,
})
export class AgentActions {
  private readonly client = inject(AgentsClient);
  private readonly toasts = inject(Toasts);
  private readonly session = inject(Session);
  private readonly dialog = inject(MatDialog);

  readonly agent = input.required<AgentView>();
  readonly changed = output();

  protected readonly reason = signal('');
  protected readonly busy = signal(false);
  protected readonly changes = computed(() => offeredChanges(this.agent()));
  protected readonly mayChange = computed(() => this.session.may('agents:write'));
  protected readonly replaceable = computed(
    () => this.session.may('agents:enrol') && isReplaceable(this.agent().state),
  );
  protected readonly text = computed(() => {
    const { stateSince, stateReason } = this.agent();
    const reason = stateReason === null ? '' : ` Reason: ${stateReason}.`;
    return `${stateText(this.agent()) ?? 'Active: in service'}. Since ${instantText(stateSince)}.${reason}`;
  });

  protected async askToConfirm(offered: OfferedChange): Promise<void> {
    const { name } = this.agent();
    const data: Confirmation = {
      title: `${offered.label}: ${name}?`,
      text: offered.effect,
      action: offered.label,
    };
    const asked = this.dialog.open<ConfirmDialog, Confirmation, boolean>(ConfirmDialog, { data, width: '420px' });
    if ((await firstValueFrom(asked.afterClosed())) === true) await this.sendChange(offered);
  }

  private async sendChange({ change, force }: OfferedChange): Promise<void> {
    const agent = this.agent();
    const { name } = agent;
    const reason = this.reason().trim();
    const body: ChangeAgentRequest = { ...(reason !== '' && { reason }), ...(force && { force }) };
    this.busy.set(true);
    try {
      const { state } = await this.client.changeAgent(agent, change, body);
      this.toasts.done(`${name} is ${state}.`);
      this.reason.set('');
    } catch (failure) {
      this.toasts.showRefusal(`${name} was not changed.`, failure);
    } finally {
      this.busy.set(false);
      this.changed.emit();
    }
  }
}
