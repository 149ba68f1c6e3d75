import { Component, computed, DestroyRef, effect, inject, input, linkedSignal, output, signal } from '@angular/core';
import { countText, keepLast } from '@icmp-mon/platform/ui-kit';
import { type AskedTags, parseScope, SCOPE_FIELDS, type StatusCounts } from '@icmp-mon/targets/contract';
import { FilterField, vocabularyOf } from '@icmp-mon/targets/look';
import { TargetsClient } from '@icmp-mon/targets/ui';
import { TiersClient } from '@icmp-mon/tiers/ui';
import { MaintenanceClient } from './maintenance.client';

const TYPING_MS = 300;

/** Field for the scope of a window, with completion and the number of targets that are in it now. */
@Component({
  selector: 'icm-scope-field',
  imports: [FilterField],
  template: `
    <span class="label" aria-hidden="true"
      >Targets <span class="quiet">(filter of tags, ip, name, tier, vrf, owner)</span></span
    >
    <icm-filter-field
      label="Targets"
      [testId]="testId()"
      [isScope]="true"
      [value]="text()"
      [vocabulary]="vocabulary()"
      (typed)="changeText($event)"
      (applied)="changeText($event)"
      (tagsAsked)="askTags($event)"
    />
    <p class="quiet" role="status" [attr.data-testid]="testId() + '-count'">{{ countSentence() }}</p>
    @if (error(); as message) {
      <p class="error" role="alert" [attr.data-testid]="testId() + '-error'">{{ message }}</p>
    }
  `,
  styles: `
    :host {
      display: flex;
      flex-direction: column;
      gap: 4px;
    }

    icm-filter-field {
      flex: none;
      max-width: none;
    }

    .label {
      font-weight: 500;
    }

    .quiet,
    .error {
      font-weight: 400;
    }

    p {
      min-height: 20px;
      font-size: 12px;
    }

    .error {
      color: var(--icm-danger);
    }
  `,
})
export class ScopeField {
  private readonly targets = inject(TargetsClient);
  readonly value = input.required<string>();
  readonly testId = input('scope');
  /** Why the server refused it. */
  readonly error = input<string | null>(null);
  readonly changed = output<string>();

  protected readonly text = linkedSignal(() => this.value());
  private readonly tiers = keepLast(inject(TiersClient).listTiers());
  private readonly asked = signal<AskedTags | null>(null);
  private readonly tags = keepLast(this.targets.readTags(this.asked), () => this.asked()?.key);
  protected readonly vocabulary = computed(() => {
    const [asked, items] = [this.asked(), this.tags.value()?.items];
    const tiers = this.tiers.value()?.items.map(({ name }) => name) ?? [];
    const listed = asked === null || items === undefined ? {} : { tags: { ...asked, items } };
    return { ...vocabularyOf([], { tiers, agents: [], ...listed }), fields: SCOPE_FIELDS };
  });

  /** The scope whose targets are counted: the text when typing pauses, if it is valid. */
  private readonly counted = signal<string | null>(null);
  private readonly counts = keepLast(inject(MaintenanceClient).countTargets(this.counted), this.counted);
  protected readonly countSentence = computed(() => {
    const counts = this.counts.value();
    if (this.counted() === null) return '';
    if (counts === undefined)
      return this.counts.failure() === null ? 'Counting …' : 'The targets could not be counted.';
    return inScopeText(counts);
  });
  private asking: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    effect((onCleanup) => {
      const text = this.text().trim();
      const typing = setTimeout(() => this.counted.set(text !== '' && parseScope(text).ok ? text : null), TYPING_MS);
      onCleanup(() => clearTimeout(typing));
    });
    inject(DestroyRef).onDestroy(() => clearTimeout(this.asking));
  }

  protected changeText(text: string): void {
    this.text.set(text);
    this.changed.emit(text);
  }

  protected askTags(asked: AskedTags | null): void {
    clearTimeout(this.asking);
    this.asking = setTimeout(() => this.asked.set(asked), TYPING_MS / 2);
  }
}

/** Returns how many targets are in a scope now, and how many of them are not up. */
export function inScopeText(counts: StatusCounts): string {
  const { up, down, degraded, unknown } = counts;
  const total = up + down + degraded + unknown;
  if (total === 0) return 'No target is in it now.';
  const parts = Object.entries({ down, degraded, unknown }).filter(([, count]) => count > 0);
  const rest = parts.map(([status, count]) => `${countText(count)} ${status}`).join(', ');
  return `${countText(total)} ${total === 1 ? 'target is' : 'targets are'} in it now${rest === '' ? '' : `: ${rest}`}.`;
}
