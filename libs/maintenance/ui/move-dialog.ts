import { Component, inject, signal } from '@angular/core';
import { form, FormField, required, submit } from '@angular/forms/signals';
import { MAT_DIALOG_DATA, type MatDialog, MatDialogRef } from '@angular/material/dialog';
import type { OccurrenceView, WindowView } from '@icmp-mon/maintenance/contract';
import { FormDialog, type Problem, readProblem, Toasts } from '@icmp-mon/platform/ui-kit';
import { firstValueFrom } from 'rxjs';
import { MaintenanceClient } from './maintenance.client';

interface Moved {
  window: WindowView;
  occurrence: OccurrenceView;
}

/** Dialog for other times of one occurrence; closes with true when it was moved. */
@Component({
  selector: 'icm-move-dialog',
  imports: [FormDialog, FormField],
  template: `
    <icm-form-dialog
      testId="move-submit"
      action="Move"
      [heading]="'Move the occurrence of ' + of.occurrence.date"
      [problem]="problem()"
      [isSending]="fields().submitting()"
      (sent)="sendTimes($event)"
    >
      <p class="quiet">
        Times as the clocks of {{ of.window.definition.timeZone }} show them. Other dates stay as they are.
      </p>
      <div class="fields">
        <label>
          <span>Date</span>
          <input class="text-field" type="date" data-testid="move-date" [formField]="fields.onDate" />
          @if (fields.onDate().touched() && fields.onDate().errors()[0]; as error) {
            <span class="error" role="alert">{{ error.message }}</span>
          }
        </label>
        <label>
          <span>Start</span>
          <input class="text-field" type="time" data-testid="move-start" [formField]="fields.startTime" />
          @if (fields.startTime().touched() && fields.startTime().errors()[0]; as error) {
            <span class="error" role="alert">{{ error.message }}</span>
          }
        </label>
        <label>
          <span>End</span>
          <input class="text-field" type="time" data-testid="move-end" [formField]="fields.endTime" />
          @if (fields.endTime().touched() && fields.endTime().errors()[0]; as error) {
            <span class="error" role="alert">{{ error.message }}</span>
          }
        </label>
        <label>
          <span>Days from start to end</span>
          <input class="text-field" type="number" [formField]="fields.endDayOffset" />
          @if (fields.endDayOffset().touched() && fields.endDayOffset().errors()[0]; as error) {
            <span class="error" role="alert">{{ error.message }}</span>
          }
        </label>
      </div>
    </icm-form-dialog>
  `,
  styleUrl: './maintenance-forms.scss',
})
class MoveDialog {
  private readonly client = inject(MaintenanceClient);
  private readonly toasts = inject(Toasts);
  private readonly dialog = inject<MatDialogRef<MoveDialog, boolean>>(MatDialogRef);
  protected readonly of = inject<Moved>(MAT_DIALOG_DATA);
  protected readonly problem = signal<Problem | null>(null);
  protected readonly fields = form(signal(timesOf(this.of)), (path) => {
    required(path.onDate, { message: 'Enter a date.' });
    required(path.startTime, { message: 'Enter a time.' });
    required(path.endTime, { message: 'Enter a time.' });
  });

  protected async sendTimes(event: Event): Promise<void> {
    event.preventDefault();
    this.problem.set(null);
    await submit(this.fields, async () => {
      const { id } = this.of.window;
      const { date } = this.of.occurrence;
      try {
        await this.client.changeDate(id, date, this.fields().value());
        this.toasts.done(`The occurrence of ${date} is moved.`);
        this.dialog.close(true);
        return undefined;
      } catch (failure) {
        // Above the fields: the server's message is about their combination.
        this.problem.set(readProblem(failure));
        return undefined;
      }
    });
  }
}

/** Returns the times that an occurrence has now: those of its change, or of the window. */
function timesOf({ window: { definition, changes }, occurrence: { date } }: Moved) {
  const change = changes[date];
  const { startTime, endTime, endDayOffset } = change?.kind === 'moved' ? change : definition;
  return { onDate: change?.kind === 'moved' ? change.onDate : date, startTime, endTime, endDayOffset };
}

/** Asks for other times of an occurrence. Returns whether it was moved. */
export async function askNewTimes(dialog: MatDialog, moved: Moved): Promise<boolean> {
  const opened = dialog.open<MoveDialog, Moved, boolean>(MoveDialog, { data: moved, width: '480px', maxWidth: '96vw' });
  return (await firstValueFrom(opened.afterClosed())) === true;
}
