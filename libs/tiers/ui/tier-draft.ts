import { parseTags, tagsAsText } from '@icmp-mon/targets/contract';
import {
  CHECK_PARAMETERS,
  type CheckDefinition,
  type CheckParameter,
  type CheckRequest,
  readPolicy,
  TIER_NAME,
  TIER_NAME_RULE,
  type TierPolicy,
  type VerdictRule,
} from '@icmp-mon/tiers/contract';

/** Texts of a form for a tier: what the user typed, valid or not. */
export interface TierDraft {
  name: string;
  probeIntervalMs: string;
  probeTimeoutMs: string;
  checks: readonly CheckDraft[];
  strategy: 'all' | 'distributed';
  count: string;
  regions: string;
  requireTags: string;
  excludeTags: string;
  minRegions: string;
  minProviders: string;
  missesToFail: string;
  successesToRecover: string;
  /** Empty for the majority. */
  quorum: string;
  /** Empty for no limit. */
  latencyMs: string;
  lossPercent: string;
  independentVoters: VerdictRule['independentVoters'];
  hourOfWeek: boolean;
  confirm: boolean;
}

export interface CheckDraft extends Pick<CheckDefinition, 'type' | 'expect'> {
  parameters: Readonly<Record<string, string>>;
}

/** Faults by JSON pointer into the request. */
export type Faults = Readonly<Record<string, string>>;

/** Returns the texts of a policy. */
export function draftOf(policy: TierPolicy, name: string): TierDraft {
  const { agentSelection, verdictRule } = policy;
  return {
    name,
    probeIntervalMs: String(policy.probeIntervalMs),
    probeTimeoutMs: String(policy.probeTimeoutMs),
    checks: policy.checks.map(checkDraftOf),
    strategy: agentSelection.strategy,
    count: String(agentSelection.count),
    regions: agentSelection.regions.join(', '),
    requireTags: tagsAsText(agentSelection.requireTags),
    excludeTags: tagsAsText(agentSelection.excludeTags),
    minRegions: String(agentSelection.diversity.minRegions),
    minProviders: String(agentSelection.diversity.minProviders),
    missesToFail: String(verdictRule.missesToFail),
    successesToRecover: String(verdictRule.successesToRecover),
    quorum: verdictRule.quorum === 'majority' ? '' : String(verdictRule.quorum),
    latencyMs: String(verdictRule.degraded.latencyMs ?? ''),
    lossPercent: String(verdictRule.degraded.lossPercent ?? ''),
    independentVoters: verdictRule.independentVoters,
    hourOfWeek: verdictRule.hourOfWeek,
    confirm: verdictRule.confirm,
  };
}

function checkDraftOf({ check: _check, type, expect, ...parameters }: CheckDefinition): CheckDraft {
  const texts = Object.entries(parameters).map(([name, value]) => [name, String(value)]);
  return { type, expect, parameters: Object.fromEntries(texts) as Record<string, string> };
}

/**
 * Returns the request that the texts describe. Texts that are not valid stay as they are, so that `draftFaults` finds them. Checks have no
 * numbers: the server keeps the number of a check that stays the same.
 */
export function requestOf(draft: TierDraft): Record<string, unknown> {
  const { strategy, quorum } = draft;
  return {
    probeIntervalMs: numberIn(draft.probeIntervalMs),
    probeTimeoutMs: numberIn(draft.probeTimeoutMs),
    checks: draft.checks.map(checkRequestOf),
    agentSelection: {
      strategy,
      count: strategy === 'all' ? 1 : numberIn(draft.count),
      regions: regionsIn(draft.regions),
      requireTags: tagsIn(draft.requireTags),
      excludeTags: tagsIn(draft.excludeTags),
      diversity: { minRegions: numberIn(draft.minRegions), minProviders: numberIn(draft.minProviders) },
    },
    verdictRule: {
      missesToFail: numberIn(draft.missesToFail),
      successesToRecover: numberIn(draft.successesToRecover),
      quorum: quorum.trim() === '' ? 'majority' : numberIn(quorum),
      degraded: { latencyMs: limitIn(draft.latencyMs), lossPercent: limitIn(draft.lossPercent) },
      ...{ independentVoters: draft.independentVoters, hourOfWeek: draft.hourOfWeek, confirm: draft.confirm },
    },
  };
}

function checkRequestOf({ type, expect, parameters }: CheckDraft): CheckRequest {
  const values = (CHECK_PARAMETERS[type] ?? []).flatMap(({ name, kind }) => {
    const text = parameters[name]?.trim() ?? '';
    return text === '' ? [] : [[name, valueIn(text, kind)]];
  });
  return { type, expect, ...(Object.fromEntries(values) as Partial<CheckRequest>) };
}

/** Returns what is wrong with the texts, by pointer, as the server would. */
export function draftFaults(draft: TierDraft, isNew: boolean): Faults {
  const faults: Record<string, string> = {};
  for (const { pointer, detail } of readPolicy(requestOf(draft)).faults ?? []) faults[pointer] ??= detail;
  for (const member of ['requireTags', 'excludeTags'] as const) {
    const parsed = parseTags(draft[member]);
    if ('error' in parsed) faults[`#/agentSelection/${member}`] = parsed.error;
  }
  if (isNew && !TIER_NAME.test(draft.name)) faults['#/name'] = TIER_NAME_RULE;
  return faults;
}

/** Returns the faults at a pointer; with `below`, also those below it. */
export function faultAt(faults: Faults, pointer: string, below = true): string | null {
  const found = Object.entries(faults).filter(([at]) => at === pointer || (below && at.startsWith(`${pointer}/`)));
  return found.length === 0 ? null : found.map(([, detail]) => detail).join(' ');
}

/** Regions of a text that separates them by commas. */
export function regionsIn(text: string): string[] {
  return text
    .split(',')
    .map((region) => region.trim())
    .filter((region) => region !== '');
}

function tagsIn(text: string): Record<string, string> {
  const parsed = parseTags(text);
  return 'tags' in parsed ? parsed.tags : {};
}

/** Returns the value that a text is. */
function valueIn(text: string, kind: CheckParameter['kind']): unknown {
  if (kind === 'flag') return text === 'true';
  return kind === 'integer' ? numberIn(text) : text;
}

const limitIn = (text: string): number | string | null => (text.trim() === '' ? null : numberIn(text));

/** Returns the number that a text is; otherwise the text, which is then refused. */
function numberIn(text: string): number | string {
  const trimmed = text.trim();
  return /^\d+$/.test(trimmed) ? Number(trimmed) : trimmed;
}
