import {
  afterNextRender,
  Component,
  computed,
  effect,
  inject,
  input,
  output,
  signal,
  untracked,
  viewChild,
} from '@angular/core';
import { form, FormField, max, maxLength, min, required, submit, validate } from '@angular/forms/signals';
import { LabelledField } from '@icmp-mon/platform/form-fields';
import { fieldErrors, keepLast, type Problem, readProblem } from '@icmp-mon/platform/ui-kit';
import {
  type DefineSourceRequest,
  type InventorySource,
  LEFT_SHARE_PERCENT,
  SOURCE_INTERVAL_S,
  SOURCE_KINDS,
  SOURCE_NAME_LENGTH_MAX,
  type SourceKind,
} from '@icmp-mon/targets/contract';
import { TiersClient } from '@icmp-mon/tiers/ui';
import { draftOf, draftOfKind, NEW_SOURCE, requestOf, type SourceDraft } from './source-draft';
import { KIND_TEXTS } from './source-text';
import { parseTags } from './tag-text';

const { min: MINUTES_MIN, max: MINUTES_MAX } = { min: SOURCE_INTERVAL_S.min / 60, max: SOURCE_INTERVAL_S.max / 60 };

const LOCATION_LABELS: Readonly<Record<SourceKind, [label: string, example: string]>> = {
  netbox: ['Address of NetBox', 'https://netbox.example.net'],
  http_sd: ['URL of the list', 'https://inventory.example.net/targets'],
  file_sd: ["Path below the worker's folder", 'prometheus/tg_*.json'],
};

/** Form of the definition of a source. `save` sends it; faults that it throws are shown at their fields. */
@Component({
  selector: 'icm-source-form',
  imports: [FormField, LabelledField],
  templateUrl: './source-form.html',
  styleUrl: './source.scss',
})
export class SourceForm {
  /** The source to change; null for a new one. */
  readonly source = input.required<InventorySource | null>();
  readonly save = input.required<(request: DefineSourceRequest) => Promise<void>>();
  readonly cancelled = output();

  private readonly tiers = keepLast(inject(TiersClient).listTiers());
  private readonly draft = signal<SourceDraft>(NEW_SOURCE);
  protected readonly problem = signal<Problem | null>(null);
  protected readonly kinds = SOURCE_KINDS.map((kind) => ({ kind, text: KIND_TEXTS[kind] }));
  protected readonly kind = computed(() => this.draft().kind);
  protected readonly location = computed(() => LOCATION_LABELS[this.kind()]);
  protected readonly tierNames = computed(
    () => this.tiers.value()?.items.map(({ name }) => name) ?? [this.draft().tier],
  );
  protected readonly fields = form(this.draft, (path) => {
    required(path.name, { message: 'Enter a name.' });
    maxLength(path.name, SOURCE_NAME_LENGTH_MAX, { message: `At most ${SOURCE_NAME_LENGTH_MAX} characters.` });
    required(path.location, { message: 'Enter where the list is.' });
    required(path.vrf, { message: 'Enter a VRF; default is the usual one.' });
    required(path.minutes, { message: 'Enter a number of minutes.' });
    min(path.minutes, MINUTES_MIN, { message: `At least ${MINUTES_MIN}.` });
    max(path.minutes, MINUTES_MAX, { message: `At most ${MINUTES_MAX}.` });
    required(path.leftSharePercent, { message: 'Enter a share in percent.' });
    min(path.leftSharePercent, LEFT_SHARE_PERCENT.min, { message: `At least ${LEFT_SHARE_PERCENT.min}.` });
    max(path.leftSharePercent, LEFT_SHARE_PERCENT.max, { message: `At most ${LEFT_SHARE_PERCENT.max}.` });
    validate(path.tagsFrom, ({ value }) => {
      const parsed = parseTags(value());
      return 'error' in parsed ? { kind: 'tags', message: parsed.error } : undefined;
    });
  });

  private readonly first = viewChild.required<LabelledField>('first');

  constructor() {
    afterNextRender(() => this.first().focusEntry());
    // The form keeps what was entered while the page reads the source again.
    effect(() => {
      const version = this.shownVersion();
      untracked(() => {
        const source = this.source();
        if (version !== null && source !== null) this.draft.set(draftOf(source));
      });
    });
  }

  private readonly shownVersion = computed(() => this.source()?.version ?? null);

  protected chooseKind(event: Event): void {
    const { value } = event.target as HTMLSelectElement;
    const kind = SOURCE_KINDS.find((each) => each === value) ?? 'netbox';
    this.draft.update((draft) => draftOfKind(draft, kind));
  }

  protected async sendDraft(event: Event): Promise<void> {
    event.preventDefault();
    this.problem.set(null);
    await submit(this.fields, async () => {
      try {
        await this.save()(requestOf(this.draft()));
        this.fields.credential().value.set('');
        return undefined;
      } catch (failure) {
        return this.showProblem(readProblem(failure));
      }
    });
  }

  /** Shows the server's messages at their fields, other problems above the form. */
  private showProblem(problem: Problem) {
    const { name, location, credential, tier, vrf, statuses, query, nameFrom, tagsFrom } = this.fields;
    const texts = { name, location, credential, tier, vrf, statuses, query, nameFrom, tagsFrom };
    const errors = fieldErrors(problem, texts);
    if (errors === undefined) this.problem.set(problem);
    return errors;
  }
}
