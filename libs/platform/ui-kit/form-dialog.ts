import { Component, computed, input, output } from '@angular/core';
import { MatDialogModule } from '@angular/material/dialog';
import { type Problem, problemText } from './problem';

/** Frame of a dialog that sends a form: its heading, why the server refused it, the fields, and the buttons. */
@Component({
  selector: 'icm-form-dialog',
  imports: [MatDialogModule],
  template: `
    <h2 mat-dialog-title>{{ heading() }}</h2>
    <form novalidate (submit)="sent.emit($event)">
      <mat-dialog-content>
        @if (refusal(); as text) {
          <p class="refused" role="alert">{{ text }}</p>
        }
        <ng-content />
      </mat-dialog-content>
      <mat-dialog-actions align="end">
        <button type="button" class="button" [mat-dialog-close]="undefined">Cancel</button>
        <button
          type="submit"
          class="button"
          [class.button-primary]="!isDangerous()"
          [class.button-danger]="isDangerous()"
          [attr.data-testid]="testId()"
          [disabled]="isSending()"
        >
          {{ isSending() ? sending() : action() }}
        </button>
      </mat-dialog-actions>
    </form>
  `,
  styles: `
    :host {
      display: contents;
    }

    /* The last field's focus ring needs room: the content is clipped where it scrolls. */
    form mat-dialog-content.mat-mdc-dialog-content {
      padding-bottom: 4px;
    }

    mat-dialog-content {
      display: flex;
      flex-direction: column;
      gap: 12px;
    }
  `,
})
export class FormDialog {
  readonly heading = input.required<string>();
  /** Problem above the fields; a text of its own where the dialog names the fields. */
  readonly problem = input.required<Problem | string | null>();
  readonly isSending = input.required<boolean>();
  /** Test id of the button that sends the form. */
  readonly testId = input.required<string>();
  readonly action = input('Save');
  /** Text of that button while the form is sent. */
  readonly sending = input('Saving…');
  readonly isDangerous = input(false);
  readonly sent = output<Event>();

  protected readonly refusal = computed(() => {
    const problem = this.problem();
    return problem === null || typeof problem === 'string' ? problem : problemText(problem);
  });
}
