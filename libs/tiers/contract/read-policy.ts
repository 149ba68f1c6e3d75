import { AGENT_TAGS } from '@icmp-mon/agents/contract';
import { CHECK_TYPES } from '@icmp-mon/probing/contract';
import { CHECK_PARAMETERS } from './check-parameters';
import { escaped, PolicyFields } from './policy-fields';
import { readParameters } from './read-parameters';
import { relationFaults } from './policy-relations';
import type { CheckRequest, PolicyFault, SentPolicy } from './policy-request';
import { type AgentSelection, EXPECTATIONS, NO_DIVERSITY, POLICY_MEMBERS, STRATEGIES } from './tier';
import { TIER_LIMITS } from './tier-limits';
import { readRule } from './verdict-rule';

/** Values of the members of an agent selection that a request does not state. */
const SELECTION_DEFAULTS = {
  count: 1,
  regions: [],
  requireTags: {},
  excludeTags: {},
  diversity: NO_DIVERSITY,
} as const;

/**
 * Reads the policy of a request body. Returns it, or all its faults with pointers into the body. Does not know which types of checks agents
 * execute, nor the numbers of the tier's checks. `otherMembers` are members of the body that do not belong to the policy.
 */
export function readPolicy(
  body: unknown,
  otherMembers: readonly string[] = [],
): { policy: SentPolicy; faults?: undefined } | { faults: PolicyFault[]; policy?: undefined } {
  const fields = new PolicyFields();
  const sent = fields.object(body, '#', [...otherMembers, ...POLICY_MEMBERS]) ?? {};
  const policy = {
    probeIntervalMs: fields.integer(sent['probeIntervalMs'], '#/probeIntervalMs', TIER_LIMITS.probeIntervalMs),
    probeTimeoutMs: fields.integer(sent['probeTimeoutMs'], '#/probeTimeoutMs', TIER_LIMITS.probeTimeoutMs),
    checks: readChecks(fields, sent['checks']),
    agentSelection: readSelection(fields, sent['agentSelection']),
    verdictRule: readRule(fields, sent['verdictRule']),
  };
  if (fields.faults.length > 0) return { faults: fields.faults };
  // Without faults, each member was read.
  const faults = relationFaults(policy as SentPolicy);
  return faults.length > 0 ? { faults } : { policy: policy as SentPolicy };
}

function readChecks(fields: PolicyFields, sent: unknown): (CheckRequest | undefined)[] | undefined {
  return fields
    .list(sent, '#/checks', TIER_LIMITS.checks)
    ?.map((check, at) => readCheck(fields, check, `#/checks/${at}`));
}

function readCheck(fields: PolicyFields, sent: unknown, pointer: string): CheckRequest | undefined {
  const type = fields.choice((sent as CheckRequest | undefined)?.type, `${pointer}/type`, CHECK_TYPES);
  if (type === undefined) return undefined;
  const names = (CHECK_PARAMETERS[type] ?? []).map(({ name }) => name);
  const check = fields.object(sent, pointer, ['check', 'type', 'expect', ...names]);
  if (check === undefined) return undefined;
  const parameters = readParameters(fields, type, check, pointer);
  const number = { min: 1, max: TIER_LIMITS.checkNumber };
  return {
    ...(check['check'] !== undefined && { check: fields.integer(check['check'], `${pointer}/check`, number) ?? 0 }),
    type,
    expect: fields.choice(check['expect'], `${pointer}/expect`, EXPECTATIONS) ?? 'reachable',
    ...parameters,
  };
}

function readSelection(fields: PolicyFields, sent: unknown): Partial<AgentSelection> | undefined {
  const pointer = '#/agentSelection';
  const selection = fields.object(sent, pointer, ['strategy', ...Object.keys(SELECTION_DEFAULTS)]);
  if (selection === undefined) return undefined;
  const { count, regions, requireTags, excludeTags, diversity } = { ...SELECTION_DEFAULTS, ...selection };
  return {
    strategy: fields.choice(selection['strategy'], `${pointer}/strategy`, STRATEGIES) ?? 'all',
    count: fields.integer(count, `${pointer}/count`, TIER_LIMITS.count) ?? 0,
    regions: readRegions(fields, regions, `${pointer}/regions`),
    requireTags: readTags(fields, requireTags, `${pointer}/requireTags`),
    excludeTags: readTags(fields, excludeTags, `${pointer}/excludeTags`),
    diversity: readDiversity(fields, diversity, `${pointer}/diversity`),
  };
}

function readRegions(fields: PolicyFields, sent: unknown, pointer: string): string[] {
  const regions = fields.list(sent, pointer, { min: 0, max: TIER_LIMITS.regions }) ?? [];
  const length = { min: 1, max: TIER_LIMITS.textLength };
  return regions.map((region, at) => fields.text(region, `${pointer}/${at}`, length) ?? '');
}

function readTags(fields: PolicyFields, sent: unknown, pointer: string): Record<string, string> {
  const tags = Object.entries(fields.object(sent, pointer, Object.keys(sent ?? {})) ?? {});
  if (tags.length > TIER_LIMITS.tags) fields.addFault(pointer, `must have at most ${TIER_LIMITS.tags} tags`);
  for (const [key, value] of tags) {
    const at = `${pointer}/${escaped(key)}`;
    if (!AGENT_TAGS.key.test(key)) fields.addFault(at, `has a key that no agent can have: use ${AGENT_TAGS.keyWords}`);
    fields.text(value, at, { min: 0, max: TIER_LIMITS.tagValueLength });
  }
  return Object.fromEntries(tags) as Record<string, string>;
}

function readDiversity(fields: PolicyFields, sent: unknown, pointer: string): AgentSelection['diversity'] {
  const diversity = { ...NO_DIVERSITY, ...fields.object(sent, pointer, Object.keys(NO_DIVERSITY)) };
  return {
    minRegions: fields.integer(diversity.minRegions, `${pointer}/minRegions`, TIER_LIMITS.count) ?? 0,
    minProviders: fields.integer(diversity.minProviders, `${pointer}/minProviders`, TIER_LIMITS.count) ?? 0,
  };
}
