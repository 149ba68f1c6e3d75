import { Component, computed, inject, input, output } from '@angular/core';
import { MatDialog } from '@angular/material/dialog';
import type { AgentView } from '@icmp-mon/agents/contract';
import { CountPipe, Shortcuts } from '@icmp-mon/platform/ui-kit';
import { firstValueFrom } from 'rxjs';
import { ChosenAgents } from './chosen-agents';
import { SEVERAL_CHANGES, type SeveralChange } from './several-changes';
import type { SeveralAsked } from './several-agents-dialog';

/** Number of chosen agents, and the changes that can be made to all of them. */
@Component({
  selector: 'icm-several-agents',
  imports: [CountPipe],
  template: `
    @if (agents().length > 0) {
      <span role="status" data-testid="agents-chosen">{{ agents().length | count }} chosen</span>
      @for (change of changes; track change.kind) {
        <button
          type="button"
          class="button"
          [attr.data-testid]="'several-' + change.kind"
          [title]="'(' + change.key + ')'"
          (click)="openDialog(change)"
        >
          {{ change.label }} …
        </button>
      }
      <button type="button" class="button" data-testid="agents-none" title="(Esc)" (click)="chosen.chooseNone()">
        Deselect
      </button>
    }
  `,
  styles: `
    :host:not(:has(button)) {
      display: none;
    }
    :host {
      display: flex;
      flex-wrap: wrap;
      align-items: center;
      gap: 8px;
    }
  `,
})
export class SeveralAgents {
  private readonly dialog = inject(MatDialog);
  protected readonly chosen = inject(ChosenAgents);
  /** Agents of the list, in its order. */
  readonly listed = input.required<readonly AgentView[]>();
  readonly changed = output();
  protected readonly agents = computed(() => this.listed().filter(({ id }) => this.chosen.isChosen(id)));
  protected readonly changes = SEVERAL_CHANGES;

  constructor() {
    inject(Shortcuts).add(
      ...SEVERAL_CHANGES.map((change) => ({
        keys: change.key,
        label: `${change.verb} the chosen agents`,
        run: () => void this.openDialog(change),
      })),
      { keys: 'Escape', label: 'Deselect the agents', run: () => this.chosen.chooseNone() },
    );
  }

  /** Without a chosen agent, a shortcut has no effect. */
  protected async openDialog(change: SeveralChange): Promise<void> {
    const data: SeveralAsked = { change, agents: this.agents() };
    if (data.agents.length === 0) return;
    const { SeveralAgentsDialog } = await import('./several-agents-dialog');
    const closed = this.dialog.open<unknown, SeveralAsked, boolean>(SeveralAgentsDialog, { data, width: '480px' });
    if ((await firstValueFrom(closed.afterClosed())) === true) this.changed.emit();
  }
}
