import { Component, DestroyRef, inject } from '@angular/core';
import { MAT_DIALOG_DATA, type MatDialog, MatDialogModule, MatDialogRef } from '@angular/material/dialog';
import { NavigationStart, Router } from '@angular/router';
import type { AuditEntity } from '@icmp-mon/audit/contract';
import { EntityEvents } from './entity-events';

/** The history of an entity that has no page of its own. */
@Component({
  selector: 'icm-history-dialog',
  imports: [EntityEvents, MatDialogModule],
  template: `
    <h2 mat-dialog-title>History of {{ of.name ?? of.id }}</h2>
    <mat-dialog-content><icm-entity-events [kind]="of.kind" [entity]="of.id" /></mat-dialog-content>
    <mat-dialog-actions align="end">
      <button type="button" class="button" [mat-dialog-close]="undefined">Close</button>
    </mat-dialog-actions>
  `,
})
class HistoryDialog {
  protected readonly of = inject<AuditEntity>(MAT_DIALOG_DATA);

  constructor() {
    const dialog = inject<MatDialogRef<HistoryDialog>>(MatDialogRef);
    // A link of the history leaves the page behind the dialog.
    const left = inject(Router).events.subscribe((event) => {
      if (event instanceof NavigationStart) dialog.close();
    });
    inject(DestroyRef).onDestroy(() => left.unsubscribe());
  }
}

/** Opens the history of an entity in a dialog. */
export function openHistory(dialog: MatDialog, of: AuditEntity): void {
  dialog.open<HistoryDialog, AuditEntity>(HistoryDialog, { data: of, width: '860px', maxWidth: '96vw' });
}
