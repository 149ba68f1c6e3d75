import { parse } from 'yaml';
import { AddressRanges, ALWAYS_DENIED, LOOPBACK } from './address-ranges';
import { canonicalFamily } from './canonical-ip';

export type PolicyRefusal = 'not_canonical' | 'denied' | 'not_allowed' | 'stopped' | 'too_fast';

export interface LocalPolicy {
  /** Null: every address that is not denied. */
  allow: AddressRanges | null;
  deny: AddressRanges;
  /** Whether loopback was explicitly allowed. */
  allowsLoopback: boolean;
  packetsPerSecond: number;
  /** Limit for all targets with the same address together: several targets, in different networks, may share one. */
  packetsPerSecondPerAddress: number;
  /** True: no target is probed. */
  stopped: boolean;
}

const RANGES_MAX = 10_000;
const PACKETS_PER_SECOND = { default: 10_000, max: 100_000 };
const PACKETS_PER_SECOND_PER_ADDRESS = { default: 10, max: 1_000 };
const FIELDS = ['allow', 'deny', 'packetsPerSecond', 'packetsPerSecondPerAddress', 'stopped'];

/** Thrown when a policy file is invalid; lists all of its problems. */
export class PolicyError extends Error {
  override readonly name = 'PolicyError';

  constructor(readonly problems: string[]) {
    super(`The policy is invalid: ${problems.join('; ')}.`);
  }
}

/** Returns the policy without a policy file: every address except loopback and the always denied ranges. */
export function defaultPolicy(): LocalPolicy {
  return parsePolicy('{}');
}

/** Parses the YAML text of a policy file. Throws a PolicyError that lists all problems. */
export function parsePolicy(yaml: string): LocalPolicy {
  const problems: string[] = [];
  const document = readDocument(yaml);
  for (const field of Object.keys(document)) {
    if (!FIELDS.includes(field)) problems.push(`"${field}" is unknown: the fields are ${FIELDS.join(', ')}`);
  }
  const allowed = readRanges(document, 'allow', problems);
  const denied = readRanges(document, 'deny', problems);
  const stopped = document['stopped'] ?? false;
  if (typeof stopped !== 'boolean') problems.push('stopped must be true or false');
  const policy: LocalPolicy = {
    allow: allowed === undefined ? null : new AddressRanges(allowed),
    deny: new AddressRanges(denied ?? []),
    allowsLoopback: (allowed ?? []).some((range) => isLoopback(range)),
    packetsPerSecond: readRate(document, 'packetsPerSecond', PACKETS_PER_SECOND, problems),
    packetsPerSecondPerAddress: readRate(
      document,
      'packetsPerSecondPerAddress',
      PACKETS_PER_SECOND_PER_ADDRESS,
      problems,
    ),
    stopped: stopped === true,
  };
  if (problems.length > 0) throw new PolicyError(problems);
  return policy;
}

/** Returns what is wrong with the YAML text of a policy file; null if an agent accepts it. */
export function checkPolicy(yaml: string): string | null {
  try {
    parsePolicy(yaml);
    return null;
  } catch (error) {
    if (error instanceof PolicyError) return error.message;
    throw error;
  }
}

/** Returns why the policy file refuses to probe an address; null if it does not. This overrides the server. */
export function refusalOf(policy: LocalPolicy, ip: string): Exclude<PolicyRefusal, 'too_fast'> | null {
  const family = canonicalFamily(ip);
  if (family === 0) return 'not_canonical';
  if (policy.stopped) return 'stopped';
  if (ALWAYS_DENIED.has(ip, family) || policy.deny.has(ip, family)) return 'denied';
  if (LOOPBACK.has(ip, family) && !policy.allowsLoopback) return 'denied';
  return policy.allow === null || policy.allow.has(ip, family) ? null : 'not_allowed';
}

function readDocument(yaml: string): Record<string, unknown> {
  let document: unknown;
  try {
    document = parse(yaml, { maxAliasCount: 0 });
  } catch (error) {
    throw new PolicyError([
      `it is not valid YAML (${error instanceof Error ? error.message.split('\n')[0] : String(error)})`,
    ]);
  }
  if (document === null || document === undefined) return {};
  if (typeof document !== 'object' || Array.isArray(document))
    throw new PolicyError(['it must be a mapping of fields to values']);
  return document as Record<string, unknown>;
}

function readRanges(document: Record<string, unknown>, field: string, problems: string[]): string[] | undefined {
  const value = document[field];
  if (value === undefined) return undefined;
  if (!Array.isArray(value) || value.length > RANGES_MAX) {
    problems.push(`${field} must be a list of at most ${RANGES_MAX} ranges`);
    return [];
  }
  return (value as unknown[]).flatMap((range) => {
    try {
      const text = String(range);
      void new AddressRanges([text]);
      return [text];
    } catch (error) {
      problems.push(`${field}: ${error instanceof Error ? error.message : String(error)}`);
      return [];
    }
  });
}

function isLoopback(range: string): boolean {
  const address = range.split('/')[0] ?? '';
  const prefix = Number(range.split('/')[1] ?? 128);
  return address.includes(':') ? address === '::1' && prefix === 128 : address.startsWith('127.') && prefix >= 8;
}

function readRate(
  document: Record<string, unknown>,
  field: string,
  bounds: { default: number; max: number },
  problems: string[],
): number {
  const value = document[field] ?? bounds.default;
  if (typeof value === 'number' && value > 0 && value <= bounds.max) return value;
  problems.push(`${field} must be a number above 0 and at most ${bounds.max}`);
  return bounds.default;
}
