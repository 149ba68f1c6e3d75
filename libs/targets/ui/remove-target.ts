import { Component, inject, input } from '@angular/core';
import { MatDialog } from '@angular/material/dialog';
import { Router } from '@angular/router';
import { type Confirmation, ConfirmDialog, Icon, Toasts } from '@icmp-mon/platform/ui-kit';
import type { TargetView } from '@icmp-mon/targets/contract';
import { ListPlace } from './list-place';
import { TargetsClient } from './targets.client';

/** Button that removes a target after a confirmation. */
@Component({
  selector: 'icm-remove-target',
  imports: [Icon],
  template: `
    <button type="button" class="button" data-testid="remove-target" (click)="confirmRemoval()">
      <icm-icon name="trash" /> Remove
    </button>
  `,
})
export class RemoveTarget {
  private readonly client = inject(TargetsClient);
  private readonly dialog = inject(MatDialog);
  private readonly toasts = inject(Toasts);
  private readonly router = inject(Router);
  private readonly place = inject(ListPlace);

  readonly target = input.required<TargetView>();
  /** Whether the list is opened after the removal. */
  readonly leavesPage = input(true);

  protected confirmRemoval(): void {
    const target = this.target();
    const data: Confirmation = {
      title: `Remove ${target.ip}?`,
      text: 'Probing stops immediately. Stored results are kept.',
      action: 'Remove target',
    };
    const closed = this.dialog.open<ConfirmDialog, Confirmation, boolean>(ConfirmDialog, { data, width: '420px' });
    closed.afterClosed().subscribe((confirmed) => {
      if (confirmed === true) void this.remove(target);
    });
  }

  private async remove(target: TargetView): Promise<void> {
    const leavesPage = this.leavesPage();
    try {
      await this.client.remove(target);
      this.toasts.done(`${target.ip} was removed.`);
      // The page may have taken the button away already, when the stream reported the removal first.
      if (leavesPage) await this.router.navigateByUrl(this.place.url);
    } catch (failure) {
      this.toasts.showRefusal(`${target.ip} was not removed.`, failure);
    }
  }
}
