import { Component, inject, signal } from '@angular/core';
import { form, submit, validate } from '@angular/forms/signals';
import { MAT_DIALOG_DATA, type MatDialog, MatDialogRef } from '@angular/material/dialog';
import type { Scope } from '@icmp-mon/identity/contract';
import { LabelledField } from '@icmp-mon/platform/form-fields';
import { FormDialog, readProblem } from '@icmp-mon/platform/ui-kit';
import { firstValueFrom } from 'rxjs';
import { refusalText } from './refusal-text';
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
  imports: [FormDialog, LabelledField],
  template: `
    <icm-form-dialog
      testId="save-scope"
      [heading]="'Scope of ' + asked.name"
      [problem]="problem()"
      [isSending]="entered().submitting()"
      (sent)="saveScope($event)"
    >
      <p class="quiet">
        With a scope, such as <code>customer=acme</code>, only the targets that the filter selects are seen and changed.
        A changed scope is effective within 5 s.
      </p>
      <icm-labelled-field
        label="Scope"
        hint="a filter; empty for all targets"
        testId="scope-text"
        [mono]="true"
        [field]="entered.scope"
      />
    </icm-form-dialog>
  `,
})
class ScopeDialog {
  private readonly dialog = inject<MatDialogRef<ScopeDialog, boolean>>(MatDialogRef);
  protected readonly asked = inject<ScopeAsked>(MAT_DIALOG_DATA);
  protected readonly problem = signal<string | null>(null);
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
        this.problem.set(refusalText(readProblem(failure), { scope: 'The scope' }));
      }
    });
  }
}

/** Asks for the scope of a user or API key. Returns whether it was changed. */
export async function askScope(dialog: MatDialog, asked: ScopeAsked): Promise<boolean> {
  const opened = dialog.open<ScopeDialog, ScopeAsked, boolean>(ScopeDialog, { data: asked, width: '480px' });
  return (await firstValueFrom(opened.afterClosed())) === true;
}
