import { Component, computed, input, output } from '@angular/core';

export interface Choice {
  value: string;
  text: string;
}

/** A labelled choice of the form of a tier. */
@Component({
  selector: 'icm-policy-choice',
  template: `
    <label [for]="id()">{{ label() }}</label>
    @if (readonly()) {
      <input class="text-field" readonly [id]="id()" [value]="shown()" />
    } @else {
      <select
        #box
        class="select-field"
        [id]="id()"
        [attr.data-testid]="id()"
        [attr.aria-invalid]="fault() !== null"
        [attr.aria-describedby]="fault() === null ? null : id() + '-fault'"
        (change)="valueChange.emit(box.value)"
      >
        @for (choice of choices(); track choice.value) {
          <option [value]="choice.value" [selected]="choice.value === value()">{{ choice.text }}</option>
        }
      </select>
    }
    @if (fault(); as text) {
      <span class="fault" [id]="id() + '-fault'" [attr.data-testid]="id() + '-fault'">{{ text }}</span>
    }
  `,
  styleUrl: './policy-field.scss',
})
export class PolicyChoice {
  readonly id = input.required<string>();
  readonly label = input.required<string>();
  readonly value = input.required<string>();
  readonly choices = input.required<readonly Choice[]>();
  readonly fault = input<string | null>(null);
  readonly readonly = input(false);
  readonly valueChange = output<string>();
  protected readonly shown = computed(
    () => this.choices().find(({ value }) => value === this.value())?.text ?? this.value(),
  );
}
