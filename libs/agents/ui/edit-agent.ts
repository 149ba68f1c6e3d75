import { Component, inject, input, output } from '@angular/core';
import { MatDialog } from '@angular/material/dialog';
import type { AgentView, DescribedAgent } from '@icmp-mon/agents/contract';
import { Icon } from '@icmp-mon/platform/ui-kit';

/** Button that opens the dialog for the description of an agent. */
@Component({
  selector: 'icm-edit-agent',
  imports: [Icon],
  template: `
    <button type="button" class="button" data-testid="edit-agent" (click)="editAgent()">
      <icm-icon name="pencil" /> Edit
    </button>
  `,
})
export class EditAgent {
  private readonly dialog = inject(MatDialog);

  readonly agent = input.required<AgentView>();
  readonly changed = output();

  protected async editAgent(): Promise<void> {
    const { EditAgentDialog } = await import('./edit-agent-dialog');
    const data = this.agent();
    const closed = this.dialog.open<unknown, AgentView, DescribedAgent>(EditAgentDialog, { data, width: '520px' });
    closed.afterClosed().subscribe(() => this.changed.emit());
  }
}
