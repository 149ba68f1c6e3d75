import {
  AGENT_NAME_RULE,
  AGENT_PLACE_LENGTH_MAX,
  AGENT_TAGS,
  type AgentDescribed,
  type AgentDescription,
  type AgentEnrolled,
  CAPACITY_PPS_MAX,
  type ChangeAgentDescriptionRequest,
  isAdmitted,
  isAgentName,
  type OperatorField,
  type TokenBounds,
} from '@icmp-mon/agents/contract';
import { DomainError, type FieldError } from '@icmp-mon/platform/errors';
import { plainTextFault, tagsFault } from '@icmp-mon/platform/text';
import type { AgentRecord, EnrolledAgent } from './agent';

type Tags = Record<string, string>;

/** Returns the part of a description that a tag is. */
export const tagField = (key: string): OperatorField => `tags.${key}`;

/** Returns the description of an enrolling agent with the values that its token fixes. */
export function grantedDescription(
  { name, region, provider, tags }: AgentDescription,
  grant: Required<TokenBounds>,
): Description {
  const setByOperator: OperatorField[] = [
    ...(grant.region === null ? [] : (['region'] as const)),
    ...(grant.provider === null ? [] : (['provider'] as const)),
    ...Object.keys(grant.tags).map(tagField),
  ];
  return { name, region, provider, tags: { ...tags, ...grant.tags }, capacityPps: grant.capacityPps, setByOperator };
}

/**
 * Returns an enrolment with what an operator set for the agent before: the enrolment replaces only what its own token fixes, or what no
 * operator set.
 */
export function keepOperatorValues(record: AgentRecord, data: AgentEnrolled['data']): AgentEnrolled['data'] {
  if (record.kind === 'unknown') return data;
  const byToken = new Set(data.setByOperator);
  const kept = record.setByOperator.filter((field) => !byToken.has(field));
  return {
    ...data,
    region: kept.includes('region') ? record.region : data.region,
    provider: kept.includes('provider') ? record.provider : data.provider,
    tags: { ...data.tags, ...tagsIn(record.tags, kept) },
    capacityPps: data.capacityPps ?? record.capacityPps,
    setByOperator: [...byToken, ...kept].sort(),
  };
}

/**
 * Decides whether to store what an admitted agent reports of itself: an event only if it differs. What an operator set stays, and name and
 * region change only by an enrolment or an operator.
 */
export function describe(record: AgentRecord, said: { provider: string; tags: Tags }): AgentDescribed[] {
  if (record.kind === 'unknown' || !isAdmitted(record.state)) return [];
  const { setByOperator } = record;
  const provider = setByOperator.includes('provider') ? record.provider : said.provider;
  return described(record, { ...record, provider, tags: { ...said.tags, ...tagsIn(record.tags, setByOperator) } });
}

/**
 * Decides an operator's change of an agent's description; no event if it changes nothing.
 * @throws DomainError `not_found`, `conflict` (retired), `invalid` with a pointer for each member
 */
export function changeDescription(record: AgentRecord, patch: ChangeAgentDescriptionRequest): AgentDescribed[] {
  if (record.kind === 'unknown') {
    throw new DomainError('not_found', 'Agent not found. GET /api/v1/agents lists all agents.');
  }
  if (record.state === 'retired') {
    throw new DomainError('conflict', `The agent "${record.name}" is retired: its description cannot be changed.`);
  }
  const { name, region, provider, tags = {}, capacityPps } = patch;
  const set = new Set(record.setByOperator);
  if (name !== undefined && name !== record.name) set.add('name');
  if (region !== undefined) set.add('region');
  if (provider !== undefined) mark(set, 'provider', provider);
  const changed = { ...record.tags };
  for (const [key, value] of Object.entries(tags)) {
    mark(set, tagField(key), value);
    if (value === null) delete changed[key];
    else changed[key] = value;
  }
  requireValid(patch, changed);
  return described(record, {
    ...{ name: name ?? record.name, region: region ?? record.region, provider: provider ?? record.provider },
    ...{ tags: changed, capacityPps: capacityPps === undefined ? record.capacityPps : capacityPps },
    setByOperator: [...set].sort(),
  });
}

type Description = Pick<EnrolledAgent, 'name' | 'region' | 'provider' | 'tags' | 'capacityPps' | 'setByOperator'>;

/** Returns the event of a new description; none if it is the present one. */
function described(record: EnrolledAgent, to: Description): AgentDescribed[] {
  const { name, region, provider, tags, capacityPps, setByOperator } = to;
  const isSame =
    record.name === name &&
    record.region === region &&
    record.provider === provider &&
    record.capacityPps === capacityPps &&
    sameTags(record.tags, tags) &&
    record.setByOperator.join() === setByOperator.join();
  if (isSame) return [];
  const data = { agentId: record.agentId, name, region, provider, tags, capacityPps, setByOperator };
  return [{ type: 'AgentDescribed', data }];
}

function mark(set: Set<OperatorField>, field: OperatorField, value: string | null): void {
  if (value === null) set.delete(field);
  else set.add(field);
}

/** Returns the tags that are among these parts of a description. */
function tagsIn(tags: Tags, fields: readonly OperatorField[]): Tags {
  return Object.fromEntries(Object.entries(tags).filter(([key]) => fields.includes(tagField(key))));
}

function requireValid({ name, region, provider, capacityPps }: ChangeAgentDescriptionRequest, tags: Tags): void {
  const errors: FieldError[] = [];
  const check = (pointer: string, detail: string | null): void => {
    if (detail !== null) errors.push({ pointer, detail });
  };
  if (name !== undefined) check('#/name', isAgentName(name) ? null : AGENT_NAME_RULE);
  if (region !== undefined) check('#/region', placeFault(region));
  if (provider != null) check('#/provider', placeFault(provider));
  check('#/tags', tagsFault(tags, AGENT_TAGS));
  const isCapacity = capacityPps == null || (Number.isInteger(capacityPps) && capacityPps >= 1);
  if (!isCapacity || (capacityPps ?? 0) > CAPACITY_PPS_MAX) {
    check('#/capacityPps', `must be a whole number of packets per second from 1 to ${CAPACITY_PPS_MAX}, or null`);
  }
  if (errors.length > 0) throw new DomainError('invalid', 'The description is not valid: see "errors".', errors);
}

function placeFault(text: string): string | null {
  const isLong = text.length < 1 || text.length > AGENT_PLACE_LENGTH_MAX;
  return isLong ? `must have 1 to ${AGENT_PLACE_LENGTH_MAX} characters` : plainTextFault(text);
}

function sameTags(a: Tags, b: Tags): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && a[key] === b[key]);
}
