import type { FieldLook } from './policy-field';
import type { Choice } from './policy-choice';
import type { TierDraft } from './tier-draft';

/** A text field of the form of a tier. */
export interface TierField extends FieldLook {
  /** The member of the draft that it holds. */
  member: Exclude<keyof TierDraft, 'checks' | 'strategy' | 'independentVoters' | 'hourOfWeek' | 'confirm'>;
  /** Where its faults are. */
  pointer: string;
}

export const NAME_FIELD: TierField = {
  ...{ id: 'tier-name', member: 'name', pointer: '#/name' },
  ...{ label: 'Name of the tier', placeholder: 'gold' },
  hint: 'Lower-case letters, digits and hyphens. It cannot be changed later.',
};

export const PROBING_FIELDS: readonly TierField[] = [
  {
    ...{ id: 'tier-interval', member: 'probeIntervalMs', pointer: '#/probeIntervalMs' },
    ...{ label: 'Interval', unit: 'ms', isNumber: true },
  },
  {
    ...{ id: 'tier-timeout', member: 'probeTimeoutMs', pointer: '#/probeTimeoutMs' },
    ...{ label: 'Timeout', unit: 'ms', isNumber: true },
  },
];

export const COUNT_FIELD: TierField = {
  ...{ id: 'tier-count', member: 'count', pointer: '#/agentSelection/count' },
  ...{ label: 'Agents per target', isNumber: true },
};

export const DIVERSITY_FIELDS: readonly TierField[] = [
  {
    ...{ id: 'tier-min-regions', member: 'minRegions', pointer: '#/agentSelection/diversity/minRegions' },
    ...{ label: 'Different regions', hint: 'at least; 1 requires nothing', isNumber: true },
  },
  {
    ...{ id: 'tier-min-providers', member: 'minProviders', pointer: '#/agentSelection/diversity/minProviders' },
    ...{ label: 'Different providers', hint: 'at least; 1 requires nothing', isNumber: true },
  },
];

/** Fields that restrict the agents. */
export const SCOPE_FIELDS: readonly TierField[] = [
  {
    ...{ id: 'tier-regions', member: 'regions', pointer: '#/agentSelection/regions' },
    ...{ label: 'Only agents in these regions', placeholder: 'all regions', hint: 'Separated by commas' },
  },
  {
    ...{ id: 'tier-require-tags', member: 'requireTags', pointer: '#/agentSelection/requireTags' },
    ...{ label: 'Only agents with these tags', placeholder: 'any tags', hint: 'key=value, all of them' },
  },
  {
    ...{ id: 'tier-exclude-tags', member: 'excludeTags', pointer: '#/agentSelection/excludeTags' },
    ...{ label: 'No agents with these tags', placeholder: 'none excluded', hint: 'key=value, any of them' },
  },
];

export const VERDICT_FIELDS: readonly TierField[] = [
  {
    ...{ id: 'tier-misses', member: 'missesToFail', pointer: '#/verdictRule/missesToFail' },
    ...{ label: 'Down after', unit: 'misses in a row', isNumber: true },
  },
  {
    ...{ id: 'tier-successes', member: 'successesToRecover', pointer: '#/verdictRule/successesToRecover' },
    ...{ label: 'Up after', unit: 'successes in a row', isNumber: true },
  },
  {
    ...{ id: 'tier-quorum', member: 'quorum', pointer: '#/verdictRule/quorum' },
    ...{ label: 'Quorum', unit: 'agents', placeholder: 'majority', isNumber: true },
    hint: 'Empty: more than half of the selected agents',
  },
];

/** Limits that replace the baseline while it is not known. */
export const LIMIT_FIELDS: readonly TierField[] = [
  {
    ...{ id: 'tier-loss', member: 'lossPercent', pointer: '#/verdictRule/degraded/lossPercent' },
    ...{ label: 'Degraded above a loss of', unit: '%', placeholder: 'no limit', isNumber: true },
    hint: 'While the baseline of a pair is not known. Empty: no limit',
  },
  {
    ...{ id: 'tier-latency', member: 'latencyMs', pointer: '#/verdictRule/degraded/latencyMs' },
    ...{ label: 'Degraded above a round trip of', unit: 'ms', placeholder: 'no limit', isNumber: true },
    hint: 'While the baseline of a pair is not known. Empty: no limit',
  },
];

/** A choice of the verdict rule. */
interface RuleChoice {
  id: string;
  member: 'independentVoters' | 'hourOfWeek' | 'confirm';
  label: string;
  choices: readonly Choice[];
}

export const RULE_CHOICES: readonly RuleChoice[] = [
  {
    ...{ id: 'tier-voters', member: 'independentVoters', label: 'Voters of the quorum' },
    choices: [
      { value: 'none', text: 'each agent' },
      { value: 'providers', text: 'the agents of one provider are one voter' },
      { value: 'regions', text: 'the agents of one region are one voter' },
    ],
  },
  {
    ...{ id: 'tier-confirm', member: 'confirm', label: 'After a first miss' },
    choices: [
      { value: 'true', text: 'confirm by three probes' },
      { value: 'false', text: 'wait for the next round' },
    ],
  },
  {
    ...{ id: 'tier-hour-of-week', member: 'hourOfWeek', label: 'Baseline' },
    choices: [
      { value: 'false', text: 'the last 24 good hours' },
      { value: 'true', text: 'also the hour of the week (stored, without effect)' },
    ],
  },
];

/** Returns the change of the draft that a choice makes. */
export function ruleChange(member: RuleChoice['member'], value: string): Partial<TierDraft> {
  return member === 'independentVoters'
    ? { [member]: value as TierDraft['independentVoters'] }
    : { [member]: value === 'true' };
}
