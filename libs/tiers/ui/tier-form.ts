import { Component, computed, input, output } from '@angular/core';
import { Icon } from '@icmp-mon/platform/ui-kit';
import { TIER_LIMITS } from '@icmp-mon/tiers/contract';
import { CheckFields } from './check-fields';
import { type Choice, PolicyChoice } from './policy-choice';
import { PolicyField } from './policy-field';
import { spanText } from './policy-text';
import { type CheckDraft, faultAt, type Faults, regionsIn, type TierDraft } from './tier-draft';
import {
  COUNT_FIELD,
  DIVERSITY_FIELDS,
  LIMIT_FIELDS,
  NAME_FIELD,
  PROBING_FIELDS,
  RULE_CHOICES,
  ruleChange,
  SCOPE_FIELDS,
  type TierField,
  VERDICT_FIELDS,
} from './tier-fields';

const STRATEGIES: readonly Choice[] = [
  { value: 'distributed', text: 'a number of agents per target' },
  { value: 'all', text: 'every agent that matches' },
];
const NEW_CHECK: CheckDraft = { type: 'icmp_ping', expect: 'reachable', parameters: {} };

/** All properties of a tier as fields. */
@Component({
  selector: 'icm-tier-form',
  imports: [CheckFields, Icon, PolicyChoice, PolicyField],
  templateUrl: './tier-form.html',
  styleUrl: './tier-form.scss',
})
export class TierForm {
  readonly draft = input.required<TierDraft>();
  readonly faults = input.required<Faults>();
  readonly readonly = input.required<boolean>();
  readonly isNew = input.required<boolean>();
  /** Regions of the agents, which the form offers. */
  readonly regions = input.required<readonly string[]>();
  readonly changed = output<Partial<TierDraft>>();

  protected readonly nameField = NAME_FIELD;
  protected readonly probingFields = PROBING_FIELDS;
  protected readonly scopeFields = SCOPE_FIELDS;
  protected readonly verdictFields = [...VERDICT_FIELDS, ...LIMIT_FIELDS];
  protected readonly ruleChoices = RULE_CHOICES;
  protected readonly strategies = STRATEGIES;
  /** Fields of how many agents probe a target, and how different they are. */
  protected readonly numberFields = computed(() =>
    this.draft().strategy === 'all' ? DIVERSITY_FIELDS : [COUNT_FIELD, ...DIVERSITY_FIELDS],
  );
  protected readonly checksMax = TIER_LIMITS.checks.max;
  protected readonly chosenRegions = computed(() => regionsIn(this.draft().regions));

  protected faultOf(pointer: string): string | null {
    return faultAt(this.faults(), pointer);
  }

  protected checksFault(): string | null {
    return faultAt(this.faults(), '#/checks', false);
  }

  /** Returns a time in a larger unit; nothing if it is none, or is already short. */
  protected inWords(ms: string): string {
    return /^\d{4,9}$/.test(ms.trim()) ? `= ${spanText(Number(ms))}` : '';
  }

  protected changeText({ member }: TierField, text: string): void {
    this.changed.emit({ [member]: text });
  }

  protected changeStrategy(value: string): void {
    this.changed.emit({ strategy: value === 'all' ? 'all' : 'distributed' });
  }

  protected changeRule(choice: (typeof RULE_CHOICES)[number], value: string): void {
    this.changed.emit(ruleChange(choice.member, value));
  }

  protected toggleRegion(region: string): void {
    const chosen = this.chosenRegions();
    const next = chosen.includes(region) ? chosen.filter((other) => other !== region) : [...chosen, region];
    this.changed.emit({ regions: next.join(', ') });
  }

  protected changeCheck(index: number, check: CheckDraft): void {
    this.changed.emit({ checks: this.draft().checks.map((each, at) => (at === index ? check : each)) });
  }

  protected addCheck(): void {
    this.changed.emit({ checks: [...this.draft().checks, NEW_CHECK] });
  }

  protected removeCheck(index: number): void {
    this.changed.emit({ checks: this.draft().checks.filter((_, at) => at !== index) });
  }
}
