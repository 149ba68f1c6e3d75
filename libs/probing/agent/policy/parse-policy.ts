import { PROBE_KINDS, type ProbeKind } from '@icmp-mon/agents/contract';
import type { CheckType } from '@icmp-mon/probing/contract';
import { parse } from 'yaml';
import { AddressRanges } from './address-ranges';
import { HostNames } from './host-names';
import type { AllowDeny, LocalPolicy } from './local-policy';
import { PortRanges } from './port-ranges';

type Fields = Record<string, unknown>;

const RANGES_MAX = 10_000;
const PORTS_MAX = 100;
const HOSTS_MAX = 1_000;
const PACKETS_PER_SECOND = { default: 10_000, max: 100_000 };
const PACKETS_PER_SECOND_PER_ADDRESS = { default: 10, max: 1_000 };
const FIELDS = [
  ...['allow', 'deny', 'ports', 'httpHosts', 'commands', 'traces', 'traceNames'],
  ...['packetsPerSecond', 'packetsPerSecondPerAddress', 'stopped'],
];
/** Types of checks that have a port. */
const PORT_TYPES = ['tcp_connect', 'http', 'dns'] as const satisfies CheckType[];
const ALLOW_DENY = ['allow', 'deny'];

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
  const document = readDocument(yaml);
  const reader = new PolicyReader();
  reader.onlyFields(document, FIELDS, '');
  const allow = reader.readList(document, 'allow', '', RANGES_MAX, AddressRanges);
  const deny = reader.readList(document, 'deny', '', RANGES_MAX, AddressRanges);
  const policy: LocalPolicy = {
    allow,
    deny: deny ?? new AddressRanges([]),
    loopback: new AddressRanges((allow?.texts ?? []).filter((range) => isLoopback(range))),
    ports: reader.readPorts(document),
    httpHosts: reader.readAllowDeny(document, 'httpHosts', '', HOSTS_MAX, HostNames),
    commands: reader.readCommands(document),
    traces: reader.readSwitch(document, 'traces'),
    traceNames: reader.readSwitch(document, 'traceNames') ?? true,
    packetsPerSecond: reader.readRate(document, 'packetsPerSecond', PACKETS_PER_SECOND),
    packetsPerSecondPerAddress: reader.readRate(document, 'packetsPerSecondPerAddress', PACKETS_PER_SECOND_PER_ADDRESS),
    stopped: reader.readSwitch(document, 'stopped') ?? false,
  };
  if (reader.problems.length > 0) throw new PolicyError(reader.problems);
  return policy;
}

/** Returns what is wrong with the YAML text of a policy file; an empty list if an agent accepts it. */
export function policyProblems(yaml: string): string[] {
  try {
    parsePolicy(yaml);
    return [];
  } catch (error) {
    if (error instanceof PolicyError) return error.problems;
    throw error;
  }
}

function readDocument(yaml: string): Fields {
  let document: unknown;
  try {
    document = parse(yaml, { maxAliasCount: 0 });
  } catch (error) {
    throw new PolicyError([
      `it is not valid YAML (${error instanceof Error ? error.message.split('\n')[0] : String(error)})`,
    ]);
  }
  if (document === null || document === undefined) return {};
  if (!isFields(document)) throw new PolicyError(['it must be a mapping of fields to values']);
  return document;
}

/** Reads fields and collects all problems. A field without a value is a problem: its meaning would be a guess. */
class PolicyReader {
  readonly problems: string[] = [];

  onlyFields(from: Fields, known: readonly string[], within: string): void {
    for (const field of Object.keys(from)) {
      if (!known.includes(field))
        this.problems.push(`"${within}${field}" is unknown: the fields are ${known.join(', ')}`);
    }
  }

  /** Returns null if the field is missing. */
  readList<T>(
    from: Fields,
    field: string,
    within: string,
    max: number,
    List: new (texts: readonly string[]) => T,
  ): T | null {
    const value = from[field];
    if (value === undefined) return null;
    if (!Array.isArray(value) || value.length > max) {
      this.problems.push(`${within}${field} must be a list of at most ${max}`);
      return new List([]);
    }
    const texts = (value as unknown[]).flatMap((item) => {
      try {
        void new List([String(item)]);
        return [String(item)];
      } catch (error) {
        this.problems.push(`${within}${field}: ${error instanceof Error ? error.message : String(error)}`);
        return [];
      }
    });
    return new List(texts);
  }

  readAllowDeny<T>(
    from: Fields,
    field: string,
    within: string,
    max: number,
    List: new (texts: readonly string[]) => T,
  ): AllowDeny<T> {
    const part = this.readPart(from, field, within);
    const inside = `${within}${field}.`;
    this.onlyFields(part, ALLOW_DENY, inside);
    return {
      allow: this.readList(part, 'allow', inside, max, List),
      deny: this.readList(part, 'deny', inside, max, List) ?? new List([]),
    };
  }

  readPorts(document: Fields): LocalPolicy['ports'] {
    const part = this.readPart(document, 'ports', '');
    this.onlyFields(part, PORT_TYPES, 'ports.');
    const types = PORT_TYPES.filter((type) => part[type] !== undefined);
    return new Map(types.map((type) => [type, this.readAllowDeny(part, type, 'ports.', PORTS_MAX, PortRanges)]));
  }

  readCommands(document: Fields): ProbeKind[] | null {
    const value = document['commands'];
    if (value === undefined) return null;
    if (Array.isArray(value) && value.every(isProbeKind)) return [...new Set(value)];
    this.problems.push(`commands must be a list of ${PROBE_KINDS.join(', ')}`);
    return [];
  }

  readRate(document: Fields, field: string, bounds: { default: number; max: number }): number {
    const value = document[field] === undefined ? bounds.default : document[field];
    if (typeof value === 'number' && value > 0 && value <= bounds.max) return value;
    this.problems.push(`${field} must be a number above 0 and at most ${bounds.max}`);
    return bounds.default;
  }

  /** Returns null if the field is missing. */
  readSwitch(document: Fields, field: string): boolean | null {
    const value = document[field];
    if (value === undefined || typeof value === 'boolean') return value ?? null;
    this.problems.push(`${field} must be true or false`);
    return false;
  }

  private readPart(from: Fields, field: string, within: string): Fields {
    const value = from[field];
    if (value === undefined) return {};
    if (isFields(value)) return value;
    this.problems.push(`${within}${field} must be a mapping of fields to values`);
    return {};
  }
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isProbeKind(value: unknown): value is ProbeKind {
  return PROBE_KINDS.some((kind) => kind === value);
}

function isLoopback(range: string): boolean {
  const address = range.split('/')[0] ?? '';
  const prefix = Number(range.split('/')[1] ?? 128);
  return address.includes(':') ? address === '::1' && prefix === 128 : address.startsWith('127.') && prefix >= 8;
}
