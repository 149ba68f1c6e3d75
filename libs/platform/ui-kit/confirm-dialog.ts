import { Component, inject } from '@angular/core';
import { MAT_DIALOG_DATA, MatDialogModule, MatDialogRef } from '@angular/material/dialog';

export interface Confirmation {
  title: string;
  text: string;
  action: string;
}

/** Asks for confirmation before an action that cannot be undone; closes with true when confirmed. */
@Component({
  selector: 'icm-confirm-dialog',
  imports: [MatDialogModule],
  template: `
    <h2 mat-dialog-title>{{ ask.title }}</h2>
    <mat-dialog-content>{{ ask.text }}</mat-dialog-content>
    <mat-dialog-actions align="end">
      <button type="button" class="button" [mat-dialog-close]="undefined">Cancel</button>
      <button type="button" class="button button-danger" data-testid="confirm" (click)="dialog.close(true)">
        {{ ask.action }}
      </button>
    </mat-dialog-actions>
  `,
})
export class ConfirmDialog {
  protected readonly ask = inject<Confirmation>(MAT_DIALOG_DATA);
  protected readonly dialog = inject<MatDialogRef<ConfirmDialog, boolean>>(MatDialogRef);
}
