import { CHECK_TYPES, type FeedFact } from './feed-fact';
import { isUuid } from './uuid';

const SELECTED_AGENTS_MAX = 1_000;
const CHECKS_MAX = 64;
const TEXT_LENGTH_MAX = 256;
const U32_MAX = 0xffff_ffff;

/** Returns what is wrong with a value that should be a feed fact; undefined if it is valid. Unknown fields are ignored. */
export function feedFactFault(value: unknown): string | undefined {
  if (!isRecord(value)) return 'a feed fact must be an object';
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
    checksFault(fact['checks']) ??
    limitsFault(fact['degraded']) ??
    votersFault(fact['voters'])
  );
}

function limitsFault(limits: unknown): string | undefined {
  if (limits === undefined) return undefined;
  if (!isRecord(limits)) return 'degraded must be an object';
  const { latencyMs, lossPercent } = limits;
  return (
    (latencyMs === null ? undefined : integerFault(limits, 'latencyMs', 1, U32_MAX)) ??
    (lossPercent === null ? undefined : integerFault(limits, 'lossPercent', 1, 100))
  );
}

function votersFault(voters: unknown): string | undefined {
  if (voters === undefined) return undefined;
  if (!isRecord(voters)) return 'voters must be an object';
  return oneOfFault(voters, 'by', ['providers', 'regions']) ?? integerFault(voters, 'least', 1, SELECTED_AGENTS_MAX);
}

function checksFault(checks: unknown): string | undefined {
  if (!Array.isArray(checks) || checks.length === 0 || checks.length > CHECKS_MAX)
    return `checks must be a list of 1 to ${CHECKS_MAX}`;
  for (const check of checks as unknown[]) {
    if (!isRecord(check)) return 'a check must be an object';
    const fault = integerFault(check, 'check', 0, 0xffff) ?? oneOfFault(check, 'type', CHECK_TYPES);
    if (fault !== undefined) return fault;
    const expectFault =
      oneOfFault(check, 'expect', ['reachable', 'unreachable']) ??
      (check['port'] === undefined ? undefined : integerFault(check, 'port', 1, 65_535));
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
    return `${field} must be a list of at most ${SELECTED_AGENTS_MAX} agents`;
  }
  return (ids as unknown[]).every((id) => typeof id === 'string' && isUuid(id))
    ? undefined
    : `${field} must contain agent ids (UUIDs)`;
}

function agentFault(fact: Record<string, unknown>): string | undefined {
  return (
    uuidFault(fact, 'agentId') ??
    textFault(fact, 'name') ??
    textFault(fact, 'region') ??
    textFault(fact, 'provider') ??
    oneOfFault(fact, 'state', ['active', 'removed']) ??
    (fact['condition'] === undefined ? undefined : textFault(fact, 'condition')) ??
    (fact['anchors'] === undefined ? undefined : textFault(fact, 'anchors')) ??
    (fact['standing'] === undefined ? undefined : textFault(fact, 'standing'))
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function integerFault(from: Record<string, unknown>, field: string, min: number, max: number): string | undefined {
  const value = from[field];
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= min && value <= max
    ? undefined
    : `${field} must be an integer from ${min} to ${max}`;
}

function textFault(from: Record<string, unknown>, field: string): string | undefined {
  const value = from[field];
  return typeof value === 'string' && value.length <= TEXT_LENGTH_MAX
    ? undefined
    : `${field} must be a text of at most ${TEXT_LENGTH_MAX} characters`;
}

function uuidFault(from: Record<string, unknown>, field: string): string | undefined {
  const value = from[field];
  return typeof value === 'string' && isUuid(value) ? undefined : `${field} must be a UUID`;
}

function oneOfFault(from: Record<string, unknown>, field: string, allowed: readonly string[]): string | undefined {
  const value = from[field];
  return typeof value === 'string' && allowed.includes(value)
    ? undefined
    : `${field} must be one of ${allowed.join(', ')}`;
}
