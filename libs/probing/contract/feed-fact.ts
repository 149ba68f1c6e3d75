import { isUuid } from './uuid';

export const CHECK_TYPES = ['icmp_ping'] as const;
export type CheckType = (typeof CHECK_TYPES)[number];

/** One check of a tier; `check` is its number, the same in blocks, series and verdicts. */
interface TierCheck {
  check: number;
  type: CheckType;
  expect: 'reachable' | 'unreachable';
}

/** A majority of the agents selected, or that many of them. */
type Quorum = 'majority' | number;

/** A tier's rules from here on. `policyVersion` rises with each change of any tier. */
export interface PolicyFact {
  kind: 'policy';
  tier: string;
  policyVersion: number;
  intervalMs: number;
  timeoutMs: number;
  missesToFail: number;
  successesToRecover: number;
  quorum: Quorum;
  checks: TierCheck[];
}

/** The whole truth of one target from here on; it replaces what an earlier fact said. */
export interface TargetFact {
  kind: 'target';
  targetKey: number;
  targetId: string;
  ip: string;
  vrf: string;
  tier: string;
  /** Ids of the agents that probe it; others' results are counted and dropped. */
  selected: string[];
  /** Those of them whose local policy refuses the address: selected because every agent that may probe it refuses. */
  refuses?: string[];
}

interface TargetRemovedFact {
  kind: 'target-removed';
  targetKey: number;
}

/** `silent`: the control plane does not hear it. `unable`: it reports, and says that it cannot probe. */
export const AGENT_CONDITIONS = ['ok', 'silent', 'unable'] as const;
export type AgentCondition = (typeof AGENT_CONDITIONS)[number];

export interface AgentFact {
  kind: 'agent';
  agentId: string;
  name: string;
  region: string;
  provider: string;
  state: 'active' | 'removed';
  /** Why no results can be expected of it. Absent where nothing is known against it, and in older logs. */
  condition?: AgentCondition;
}

/** What the shard's log says of the world besides results and time. Applied once per position, in order. */
export type FeedFact = PolicyFact | TargetFact | TargetRemovedFact | AgentFact;

const SELECTED_AGENTS_MAX = 1_000;
const CHECKS_MAX = 64;
const TEXT_LENGTH_MAX = 256;
const U32_MAX = 0xffff_ffff;

/** The shard that owns a target: all agents' results of one target meet there. */
export function shardOf(targetKey: number, shardCount: number): number {
  return targetKey % shardCount;
}

/** What is wrong with a value that should be a feed fact, in words; undefined if nothing is. Unknown fields are let be. */
export function feedFactFault(value: unknown): string | undefined {
  if (!isRecord(value)) return 'a feed fact is an object';
  switch (value['kind']) {
    case 'policy':
      return policyFault(value);
    case 'target':
      return targetFault(value);
    case 'target-removed':
      return integerFault(value, 'targetKey', 0, U32_MAX);
    case 'agent':
      return agentFault(value);
    default:
      return `unknown kind of feed fact: ${String(value['kind']).slice(0, 40)}`;
  }
}

/** Whether the value is a feed fact that this version can fold. */
export function isFeedFact(value: unknown): value is FeedFact {
  return feedFactFault(value) === undefined;
}

function policyFault(fact: Record<string, unknown>): string | undefined {
  return (
    textFault(fact, 'tier') ??
    integerFault(fact, 'policyVersion', 0, Number.MAX_SAFE_INTEGER) ??
    integerFault(fact, 'intervalMs', 1, U32_MAX) ??
    integerFault(fact, 'timeoutMs', 1, U32_MAX) ??
    integerFault(fact, 'missesToFail', 1, 1_000) ??
    integerFault(fact, 'successesToRecover', 1, 1_000) ??
    (fact['quorum'] === 'majority' ? undefined : integerFault(fact, 'quorum', 1, SELECTED_AGENTS_MAX)) ??
    checksFault(fact['checks'])
  );
}

function checksFault(checks: unknown): string | undefined {
  if (!Array.isArray(checks) || checks.length === 0 || checks.length > CHECKS_MAX)
    return `checks are 1 to ${CHECKS_MAX}`;
  for (const check of checks as unknown[]) {
    if (!isRecord(check)) return 'a check is an object';
    const fault = integerFault(check, 'check', 0, 0xffff) ?? oneOfFault(check, 'type', CHECK_TYPES);
    if (fault !== undefined) return fault;
    const expectFault = oneOfFault(check, 'expect', ['reachable', 'unreachable']);
    if (expectFault !== undefined) return expectFault;
  }
  return undefined;
}

function targetFault(fact: Record<string, unknown>): string | undefined {
  const fault =
    integerFault(fact, 'targetKey', 0, U32_MAX) ??
    uuidFault(fact, 'targetId') ??
    textFault(fact, 'ip') ??
    textFault(fact, 'vrf') ??
    textFault(fact, 'tier');
  if (fault !== undefined) return fault;
  return (
    agentIdsFault(fact, 'selected') ?? (fact['refuses'] === undefined ? undefined : agentIdsFault(fact, 'refuses'))
  );
}

function agentIdsFault(from: Record<string, unknown>, field: string): string | undefined {
  const ids = from[field];
  if (!Array.isArray(ids) || ids.length > SELECTED_AGENTS_MAX) {
    return `${field} is a list of at most ${SELECTED_AGENTS_MAX} agents`;
  }
  return (ids as unknown[]).every((id) => typeof id === 'string' && isUuid(id))
    ? undefined
    : `${field} holds agent ids (UUIDs)`;
}

function agentFault(fact: Record<string, unknown>): string | undefined {
  return (
    uuidFault(fact, 'agentId') ??
    textFault(fact, 'name') ??
    textFault(fact, 'region') ??
    textFault(fact, 'provider') ??
    oneOfFault(fact, 'state', ['active', 'removed']) ??
    (fact['condition'] === undefined ? undefined : textFault(fact, 'condition'))
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function integerFault(from: Record<string, unknown>, field: string, min: number, max: number): string | undefined {
  const value = from[field];
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= min && value <= max
    ? undefined
    : `${field} is an integer of ${min} to ${max}`;
}

function textFault(from: Record<string, unknown>, field: string): string | undefined {
  const value = from[field];
  return typeof value === 'string' && value.length <= TEXT_LENGTH_MAX
    ? undefined
    : `${field} is a text of at most ${TEXT_LENGTH_MAX} characters`;
}

function uuidFault(from: Record<string, unknown>, field: string): string | undefined {
  const value = from[field];
  return typeof value === 'string' && isUuid(value) ? undefined : `${field} is a UUID`;
}

function oneOfFault(from: Record<string, unknown>, field: string, allowed: readonly string[]): string | undefined {
  const value = from[field];
  return typeof value === 'string' && allowed.includes(value) ? undefined : `${field} is one of ${allowed.join(', ')}`;
}
