import { Component, computed, input, output } from '@angular/core';

/** A labelled text field of the form of a tier, with its unit, a hint and its fault. */
@Component({
  selector: 'icm-policy-field',
  template: `
    <label [for]="id()">{{ label() }}</label>
    <span class="line">
      <input
        #box
        class="text-field"
        autocapitalize="none"
        autocomplete="off"
        spellcheck="false"
        [id]="id()"
        [class.short]="short()"
        [attr.data-testid]="id()"
        [attr.inputmode]="short() ? 'numeric' : null"
        [attr.placeholder]="placeholder()"
        [attr.aria-invalid]="fault() !== null"
        [attr.aria-describedby]="describedBy()"
        [readOnly]="readonly()"
        [value]="value()"
        (input)="valueChange.emit(box.value)"
      />
      @if (unit(); as text) {
        <span class="quiet">{{ text }}</span>
      }
    </span>
    @if (hint(); as text) {
      <span class="hint" [id]="id() + '-hint'">{{ text }}</span>
    }
    @if (fault(); as text) {
      <span class="fault" [id]="id() + '-fault'" [attr.data-testid]="id() + '-fault'">{{ text }}</span>
    }
  `,
  styleUrl: './policy-field.scss',
})
export class PolicyField {
  readonly id = input.required<string>();
  readonly label = input.required<string>();
  readonly value = input.required<string>();
  readonly fault = input<string | null>(null);
  readonly hint = input('');
  readonly unit = input('');
  readonly placeholder = input<string | null>(null);
  /** Whether it is a number. */
  readonly short = input(false);
  readonly readonly = input(false);
  readonly valueChange = output<string>();
  protected readonly describedBy = computed(() => {
    const ids = [
      ...(this.hint() === '' ? [] : [`${this.id()}-hint`]),
      ...(this.fault() === null ? [] : [`${this.id()}-fault`]),
    ];
    return ids.length === 0 ? null : ids.join(' ');
  });
}
