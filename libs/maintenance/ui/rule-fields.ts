import { Component, computed, input, output } from '@angular/core';
import { type FieldTree, FormField } from '@angular/forms/signals';
import { LabelledField } from '@icmp-mon/platform/form-fields';
import { NTHS, REPETITION_TEXTS, REPETITIONS, ruleOf, WEEKDAY_TEXTS, WEEKDAYS } from './rule-draft';
import type { WindowDraft } from './window-draft';

/** Part of the form of a window: how it repeats, by simple choices or as the text of a rule, and on which dates it does not. */
@Component({
  selector: 'icm-rule-fields',
  imports: [FormField, LabelledField],
  templateUrl: './rule-fields.html',
  styleUrl: './maintenance-forms.scss',
})
export class RuleFields {
  readonly fields = input.required<FieldTree<WindowDraft>>();
  readonly draft = input.required<WindowDraft>();
  readonly changed = output<Partial<WindowDraft>>();

  protected readonly repetitions = REPETITIONS.map((value) => ({ value, text: REPETITION_TEXTS[value] }));
  protected readonly days = WEEKDAYS.map((value, at) => ({ value, text: WEEKDAY_TEXTS[at] }));
  protected readonly nths = NTHS;
  protected readonly rule = computed(() => ruleOf(this.draft()));
  protected readonly isSimple = computed(() => !['once', 'rule'].includes(this.draft().repetition));

  /** Choosing to write a rule begins with that of the choices. */
  protected chooseRepetition(value: string): void {
    const repetition = REPETITIONS.find((each) => each === value) ?? 'once';
    const rule = this.rule();
    this.changed.emit({ repetition, ...(repetition === 'rule' && rule !== null && { rule }) });
  }

  protected toggleDay(day: string, isOn: boolean): void {
    const rest = this.draft().weekdays.filter((each) => each !== day);
    this.changed.emit({ weekdays: isOn ? [...rest, day] : rest });
  }
}
