import { Component, inject, input, output } from '@angular/core';
import { MatDialog } from '@angular/material/dialog';
import { Icon } from '@icmp-mon/platform/ui-kit';
import type { TargetView } from '@icmp-mon/targets/contract';

/** Button that opens the dialog for the fields of a target. */
@Component({
  selector: 'icm-edit-target',
  imports: [Icon],
  template: `
    <button type="button" class="button" data-testid="edit-target" (click)="edit()">
      <icm-icon name="pencil" /> Edit
    </button>
  `,
})
export class EditTarget {
  private readonly dialog = inject(MatDialog);

  readonly target = input.required<TargetView>();
  readonly changed = output<TargetView>();

  protected async edit(): Promise<void> {
    const { EditTargetDialog } = await import('./edit-target-dialog');
    const closed = this.dialog.open<unknown, TargetView, TargetView>(EditTargetDialog, {
      data: this.target(),
      width: '520px',
    });
    closed.afterClosed().subscribe((view) => {
      if (view !== undefined) this.changed.emit(view);
    });
  }
}
