import { Component, computed, inject, input } from '@angular/core';
import { type FieldTree, FormField, maxLength, required, type SchemaPathTree, validate } from '@angular/forms/signals';
import { keepLast } from '@icmp-mon/platform/ui-kit';
import { NOTES_LENGTH_MAX, PARENTS_MAX } from '@icmp-mon/targets/contract';
import { TiersClient, tierText } from '@icmp-mon/tiers/ui';
import { parentsIn } from './parent-text';
import { parseTags } from './tag-text';

/** Fields of a target that can be set when it is added and edited. */
export interface TargetFieldValues {
  tier: string;
  name: string;
  tags: string;
  owner: string;
  /** Ids or addresses, separated by blanks. */
  parents: string;
  notes: string;
  paused: boolean;
}

type Forms = Readonly<{ [Name in keyof TargetFieldValues]: FieldTree<TargetFieldValues[Name]> }>;

/** Values of a target without any. */
export const NO_FIELDS: TargetFieldValues = {
  ...{ tier: 'standard', name: '', tags: '' },
  ...{ owner: '', parents: '', notes: '', paused: false },
};

/** Returns a trimmed text; null for a blank one. */
export const textOrNull = (text: string): string | null => text.trim() || null;

/** Adds the validation of these fields, for both forms. */
export function checkTargetFields(path: SchemaPathTree<TargetFieldValues>): void {
  required(path.tier, { message: 'Choose a tier.' });
  validate(path.tags, ({ value }) => {
    const parsed = parseTags(value());
    return 'error' in parsed ? { kind: 'tags', message: parsed.error } : undefined;
  });
  validate(path.parents, ({ value }) =>
    parentsIn(value()).length > PARENTS_MAX
      ? { kind: 'parents', message: `A target depends on at most ${PARENTS_MAX} others directly.` }
      : undefined,
  );
  maxLength(path.notes, NOTES_LENGTH_MAX, { message: `Notes have at most ${NOTES_LENGTH_MAX} characters.` });
}

/** Fields of a target in a dialog's form. */
@Component({
  selector: 'icm-target-fields',
  imports: [FormField],
  templateUrl: './target-fields.html',
  styleUrl: './add-target.scss',
  styles: ':host { display: contents; }',
})
export class TargetFields {
  readonly fields = input.required<Forms>();
  /** Prefix of the fields' test ids. */
  readonly testIds = input.required<string>();
  /** Whether the form is for a block of addresses, whose targets have no owner, parents and notes. */
  readonly isBlock = input(false);

  private readonly tiers = keepLast(inject(TiersClient).listTiers());
  private readonly chosen = computed(() => this.fields().tier().value());
  /** Tiers to choose from; only the current tier of the form while the tiers cannot be read. */
  protected readonly tierNames = computed(() => this.tiers.value()?.items.map(({ name }) => name) ?? [this.chosen()]);
  /** Description of the chosen tier. */
  protected readonly meaning = computed(() => {
    const chosen = this.tiers.value()?.items.find(({ name }) => name === this.chosen());
    return chosen === undefined ? null : tierText(chosen);
  });
}
