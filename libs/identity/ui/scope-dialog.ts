import { Component, inject, signal } from '@angular/core';
import { form, submit, validate } from '@angular/forms/signals';
import { MAT_DIALOG_DATA, type MatDialog, MatDialogModule, MatDialogRef } from '@angular/material/dialog';
import type { Scope } from '@icmp-mon/identity/contract';
import { LabelledField, type Problem, readProblem } from '@icmp-mon/platform/ui-kit';
import { firstValueFrom } from 'rxjs';
import { RefusalPipe } from './refusal.pipe';
import { scopeFault } from './scope-fault';

interface ScopeAsked {
  /** Name of the user or API key. */
  name: string;
  scope: Scope;
  /** Sends the changed scope. A refusal is shown in the dialog. */
  save: (scope: Scope) => Promise<void>;
}

/** Dialog for the scope of a user or API key; closes with true when it was changed. */
@Component({
  selector: 'icm-scope-dialog',
  imports: [LabelledField, MatDialogModule, RefusalPipe],
  template: `
    <h2 mat-dialog-title>Scope of {{ asked.name }}</h2>
    <form novalidate (submit)="saveScope($event)">
      <mat-dialog-content>
        @if (problem(); as refused) {
          <p class="refused" role="alert">{{ refused | refusal: { scope: 'The scope' } }}</p>
        }
        <p class="quiet">
          With a scope, such as <code>customer=acme</code>, only the targets that the filter selects are seen and
          changed. A changed scope is effective within 5 s.
        </p>
        <icm-labelled-field
          label="Scope"
          hint="a filter; empty for all targets"
          testId="scope-text"
          [mono]="true"
          [field]="entered.scope"
        />
      </mat-dialog-content>
      <mat-dialog-actions align="end">
        <button type="button" class="button" [mat-dialog-close]="undefined">Cancel</button>
        <button
          type="submit"
          class="button button-primary"
          data-testid="save-scope"
          [disabled]="entered().submitting()"
        >
          {{ entered().submitting() ? 'Saving…' : 'Save' }}
        </button>
      </mat-dialog-actions>
    </form>
  `,
  styles: `
    mat-dialog-content {
      display: flex;
      flex-direction: column;
      gap: 12px;
    }

    p {
      margin: 0;
    }

    .refused {
      padding: 8px 12px;
      border-left: 4px solid var(--icm-danger);
      background: var(--icm-surface-sunken);
    }
  `,
})
class ScopeDialog {
  private readonly dialog = inject<MatDialogRef<ScopeDialog, boolean>>(MatDialogRef);
  protected readonly asked = inject<ScopeAsked>(MAT_DIALOG_DATA);
  protected readonly problem = signal<Problem | null>(null);
  protected readonly entered = form(signal({ scope: this.asked.scope ?? '' }), (path) => {
    validate(path.scope, ({ value }) => scopeFault(value()));
  });

  protected async saveScope(event: Event): Promise<void> {
    event.preventDefault();
    this.problem.set(null);
    await submit(this.entered, async () => {
      const { scope } = this.entered().value();
      try {
        await this.asked.save(scope.trim() === '' ? null : scope);
        this.dialog.close(true);
      } catch (failure) {
        this.problem.set(readProblem(failure));
      }
    });
  }
}

/** Asks for the scope of a user or API key. Returns whether it was changed. */
export async function askScope(dialog: MatDialog, asked: ScopeAsked): Promise<boolean> {
  const opened = dialog.open<ScopeDialog, ScopeAsked, boolean>(ScopeDialog, { data: asked, width: '480px' });
  return (await firstValueFrom(opened.afterClosed())) === true;
}
