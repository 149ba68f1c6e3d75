import { Component, computed, input, output } from '@angular/core';

/** Texts of a text field, apart from its value. */
export interface FieldLook {
  id: string;
  label: string;
  /** Whether its value is a number. */
  isNumber?: boolean;
  unit?: string;
  hint?: string;
  placeholder?: string;
}

/** A labelled text field of the form of a tier, with its unit, a hint and its fault. */
@Component({
  selector: 'icm-policy-field',
  template: `
    @let look = field();
    <label [for]="look.id">{{ look.label }}</label>
    <span class="line">
      <input
        #box
        class="text-field"
        autocapitalize="none"
        autocomplete="off"
        spellcheck="false"
        [id]="look.id"
        [class.short]="look.isNumber"
        [attr.data-testid]="look.id"
        [attr.inputmode]="look.isNumber ? 'numeric' : null"
        [attr.placeholder]="look.placeholder"
        [attr.aria-invalid]="fault() !== null"
        [attr.aria-describedby]="describedBy()"
        [readOnly]="readonly()"
        [value]="value()"
        (input)="valueChange.emit(box.value)"
      />
      @if (look.unit; as text) {
        <span class="quiet">{{ text }}</span>
      }
    </span>
    @if (shownHint(); as text) {
      <span class="hint" [id]="look.id + '-hint'">{{ text }}</span>
    }
    @if (fault(); as text) {
      <span class="fault" [id]="look.id + '-fault'" [attr.data-testid]="look.id + '-fault'">{{ text }}</span>
    }
  `,
  styleUrl: './policy-field.scss',
})
export class PolicyField {
  readonly field = input.required<FieldLook>();
  readonly value = input.required<string>();
  readonly fault = input<string | null>(null);
  /** A hint that depends on the value; it replaces the field's. */
  readonly hint = input<string>();
  readonly readonly = input(false);
  readonly valueChange = output<string>();

  protected readonly shownHint = computed(() => this.hint() ?? this.field().hint ?? '');
  protected readonly describedBy = computed(() => {
    const { id } = this.field();
    const ids = [...(this.shownHint() === '' ? [] : [`${id}-hint`]), ...(this.fault() === null ? [] : [`${id}-fault`])];
    return ids.length === 0 ? null : ids.join(' ');
  });
}
