import { Component, computed, inject, input } from '@angular/core';
import { type FieldTree, FormField, required, type SchemaPathTree, validate } from '@angular/forms/signals';
import { keepLast } from '@icmp-mon/platform/ui-kit';
import { TiersClient, tierText } from '@icmp-mon/tiers/ui';
import { parseTags } from './tag-text';

/** Fields of a target that can be set when it is added and edited. */
export interface TargetFieldValues {
  tier: string;
  name: string;
  tags: string;
}

/** Adds the validation of these fields, for both forms. */
export function checkTargetFields(path: SchemaPathTree<TargetFieldValues>): void {
  required(path.tier, { message: 'Choose a tier.' });
  validate(path.tags, ({ value }) => {
    const parsed = parseTags(value());
    return 'error' in parsed ? { kind: 'tags', message: parsed.error } : undefined;
  });
}

/** Fields for tier, name and tags of a target in a dialog's form. */
@Component({
  selector: 'icm-target-fields',
  imports: [FormField],
  templateUrl: './target-fields.html',
  styleUrl: './add-target.scss',
  styles: ':host { display: contents; }',
})
export class TargetFields {
  readonly fields = input.required<Readonly<Record<keyof TargetFieldValues, FieldTree<string>>>>();
  /** Prefix of the fields' test ids. */
  readonly testIds = input.required<string>();

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
