import { Component, computed, inject, input } from '@angular/core';
import { type FieldTree, FormField, required, type SchemaPathTree, validate } from '@angular/forms/signals';
import { keepLast } from '@icmp-mon/platform/ui-kit';
import { TiersClient, tierText } from '@icmp-mon/tiers/ui';
import { parseTags } from './tag-text';

/** What can be set of a target when it is added and later. */
export interface TargetFieldValues {
  tier: string;
  name: string;
  tags: string;
}

/** What both forms ask of these fields. */
export function checkTargetFields(path: SchemaPathTree<TargetFieldValues>): void {
  required(path.tier, { message: 'Choose a tier.' });
  validate(path.tags, ({ value }) => {
    const parsed = parseTags(value());
    return 'error' in parsed ? { kind: 'tags', message: parsed.error } : undefined;
  });
}

/** Tier, name and tags of a target, as fields of a dialog's form. */
@Component({
  selector: 'icm-target-fields',
  imports: [FormField],
  templateUrl: './target-fields.html',
  styleUrl: './add-target.scss',
  styles: ':host { display: contents; }',
})
export class TargetFields {
  readonly fields = input.required<Readonly<Record<keyof TargetFieldValues, FieldTree<string>>>>();
  /** Begins the test ids of the fields. */
  readonly testIds = input.required<string>();

  private readonly tiers = keepLast(inject(TiersClient).list());
  private readonly chosen = computed(() => this.fields().tier().value());
  /** The tier of the form stays a choice while the tiers cannot be read. */
  protected readonly tierNames = computed(() => this.tiers.value()?.items.map(({ name }) => name) ?? [this.chosen()]);
  /** What the chosen tier means. */
  protected readonly meaning = computed(() => {
    const chosen = this.tiers.value()?.items.find(({ name }) => name === this.chosen());
    return chosen === undefined ? null : tierText(chosen);
  });
}
