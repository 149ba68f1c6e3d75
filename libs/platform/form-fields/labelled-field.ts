import { Component, type ElementRef, input, viewChild } from '@angular/core';
import { type FieldTree, FormField } from '@angular/forms/signals';

/** A text field of a form, with its label, an optional hint in parentheses, and the first of its errors once it was touched. */
@Component({
  selector: 'icm-labelled-field',
  imports: [FormField],
  template: `
    <label>
      <span
        >{{ label() }}
        @if (hint(); as text) {
          <span class="quiet">({{ text }})</span>
        }
      </span>
      <input
        #entry
        class="text-field"
        autocapitalize="none"
        spellcheck="false"
        [class.mono]="mono()"
        [type]="type()"
        [attr.placeholder]="example()"
        [attr.autocomplete]="autocomplete()"
        [attr.list]="list()"
        [attr.data-testid]="testId()"
        [formField]="field()"
        [attr.aria-invalid]="field()().touched() && field()().invalid()"
      />
      @if (field()().touched() && field()().errors()[0]; as error) {
        <span class="error" role="alert" [attr.data-testid]="testId() + '-error'">{{ error.message }}</span>
      }
    </label>
  `,
  styles: `
    :host {
      display: block;
      min-width: 0;
    }

    label {
      display: flex;
      flex-direction: column;
      gap: 4px;
      color: var(--icm-text);
      font-weight: 500;
    }

    .text-field {
      width: 100%;
      min-height: 36px;
    }

    .quiet,
    .error {
      font-weight: 400;
    }

    .error {
      color: var(--icm-danger);
      font-size: 12px;
    }
  `,
})
export class LabelledField {
  readonly field = input.required<FieldTree<string>>();
  readonly label = input.required<string>();
  readonly testId = input.required<string>();
  readonly hint = input<string>();
  /** Shown while the field is empty. */
  readonly example = input<string>();
  readonly type = input<'text' | 'password'>('text');
  readonly autocomplete = input('off');
  /** Id of a list of values that are offered. */
  readonly list = input<string>();
  readonly mono = input(false);

  private readonly entry = viewChild.required<ElementRef<HTMLInputElement>>('entry');

  focusEntry(): void {
    this.entry().nativeElement.focus();
  }
}
