import { Component, computed, input, output } from '@angular/core';
import { CHECK_TYPES } from '@icmp-mon/probing/contract';
import { Icon } from '@icmp-mon/platform/ui-kit';
import { CHECK_PARAMETERS, type CheckParameter } from '@icmp-mon/tiers/contract';
import { type Choice, PolicyChoice } from './policy-choice';
import { PolicyField } from './policy-field';
import { type CheckDraft, faultAt, type Faults } from './tier-draft';

const TYPES: readonly Choice[] = CHECK_TYPES.map((type) => ({ value: type, text: type }));
const EXPECTATIONS: readonly Choice[] = [
  { value: 'reachable', text: 'must answer' },
  { value: 'unreachable', text: 'must not answer' },
];
const FLAGS: readonly Choice[] = [
  { value: '', text: 'no' },
  { value: 'true', text: 'yes' },
];
const LABELS: Readonly<Record<CheckParameter['name'], string>> = {
  ...{
    packets: 'Packets',
    size: 'Bytes of data',
    dscp: 'DSCP',
    dontFragment: 'Do not fragment',
    source: 'Source address',
  },
  ...{ port: 'Port', scheme: 'Scheme', path: 'Path', status: 'Status' },
  ...{ host: 'Host name', contains: 'Body contains', certificateDays: 'Certificate valid for days' },
  ...{ queryName: 'Domain name', queryType: 'Record type', rcode: 'Response code', answer: 'Record contains' },
};

/** Fields of one check: its type, what is expected, and the parameters of the type. */
@Component({
  selector: 'icm-check-fields',
  imports: [Icon, PolicyChoice, PolicyField],
  template: `
    <fieldset>
      <legend class="for-screen-readers">Check {{ index() + 1 }}</legend>
      <icm-policy-choice
        label="Type"
        [id]="idOf('type')"
        [choices]="types"
        [value]="check().type"
        [readonly]="readonly()"
        [fault]="faultOf('type')"
        (valueChange)="changeType($event)"
      />
      <icm-policy-choice
        label="Target"
        [id]="idOf('expect')"
        [choices]="expectations"
        [value]="check().expect"
        [readonly]="readonly()"
        [fault]="faultOf('expect')"
        (valueChange)="changeExpectation($event)"
      />
      @for (parameter of parameters(); track parameter.name) {
        @if (parameter.kind === 'choice' || parameter.kind === 'flag') {
          <icm-policy-choice
            [label]="labels[parameter.name]"
            [id]="idOf(parameter.name)"
            [choices]="choicesOf(parameter)"
            [value]="check().parameters[parameter.name] ?? ''"
            [readonly]="readonly()"
            [fault]="faultOf(parameter.name)"
            (valueChange)="changeParameter(parameter.name, $event)"
          />
        } @else {
          <icm-policy-field
            [field]="{
              id: idOf(parameter.name),
              label: labels[parameter.name] + (parameter.required ? '' : ' (optional)'),
              isNumber: parameter.kind === 'integer',
            }"
            [value]="check().parameters[parameter.name] ?? ''"
            [readonly]="readonly()"
            [fault]="faultOf(parameter.name)"
            (valueChange)="changeParameter(parameter.name, $event)"
          />
        }
      }
      @if (!readonly()) {
        <button
          type="button"
          class="button button-bare"
          [attr.aria-label]="'Remove check ' + (index() + 1)"
          [disabled]="!removable()"
          (click)="removed.emit()"
        >
          <icm-icon name="trash" />
        </button>
      }
    </fieldset>
    @if (ownFault(); as text) {
      <p class="fault">{{ text }}</p>
    }
  `,
  styles: `
    fieldset {
      display: flex;
      flex-wrap: wrap;
      align-items: flex-start;
      gap: 12px;
      margin: 0;
      padding: 0;
      border: 0;
    }
    .button {
      margin-top: 24px;
    }
    @media (max-width: 640px) {
      .button {
        margin-top: 0;
      }
    }
    .fault {
      color: var(--icm-danger);
      font-size: 12px;
    }
  `,
})
export class CheckFields {
  readonly check = input.required<CheckDraft>();
  readonly index = input.required<number>();
  readonly faults = input.required<Faults>();
  readonly readonly = input.required<boolean>();
  readonly removable = input.required<boolean>();
  readonly checkChange = output<CheckDraft>();
  readonly removed = output();

  protected readonly types = TYPES;
  protected readonly expectations = EXPECTATIONS;
  protected readonly labels = LABELS;
  protected readonly parameters = computed(() => CHECK_PARAMETERS[this.check().type] ?? []);
  protected readonly ownFault = computed(() => faultAt(this.faults(), this.pointer(), false));
  private readonly pointer = computed(() => `#/checks/${this.index()}`);

  protected idOf(member: string): string {
    return `check-${this.index()}-${member}`;
  }

  protected faultOf(member: string): string | null {
    return faultAt(this.faults(), `${this.pointer()}/${member}`);
  }

  protected choicesOf(parameter: CheckParameter): Choice[] {
    if (parameter.kind === 'flag') return [...FLAGS];
    if (parameter.kind !== 'choice') return [];
    return parameter.values.map((value) => ({ value, text: value }));
  }

  /** Changes the type; parameters with choices begin with their first. */
  protected changeType(value: string): void {
    const type = CHECK_TYPES.find((each) => each === value);
    if (type === undefined) return;
    const chosen = (CHECK_PARAMETERS[type] ?? []).flatMap((parameter) =>
      parameter.kind === 'choice' ? [[parameter.name, parameter.values[0] ?? '']] : [],
    );
    this.checkChange.emit({ ...this.check(), type, parameters: Object.fromEntries(chosen) as Record<string, string> });
  }

  protected changeExpectation(value: string): void {
    const expect = value === 'unreachable' ? 'unreachable' : 'reachable';
    this.checkChange.emit({ ...this.check(), expect });
  }

  protected changeParameter(name: string, value: string): void {
    const { parameters } = this.check();
    this.checkChange.emit({ ...this.check(), parameters: { ...parameters, [name]: value } });
  }
}
