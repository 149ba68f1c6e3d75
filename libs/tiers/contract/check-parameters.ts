import type { CheckType } from '@icmp-mon/probing/contract';
import { isCanonicalAddress } from './canonical-address';
import { type CheckDefinition, type CheckParameters, QUERY_TYPES, RESPONSE_CODES, SCHEMES } from './tier';

/**
 * One parameter of a type of check: a whole number, a text of at most `lengthMax` characters that matches `pattern`, a choice, true or false,
 * or an IP address.
 */
export type CheckParameter = { name: keyof CheckParameters; required: boolean } & (
  | { kind: 'integer'; min: number; max: number }
  | { kind: 'text'; lengthMax: number; pattern: RegExp; rule: string }
  | { kind: 'choice'; values: readonly string[] }
  | { kind: 'flag' }
  | { kind: 'address' }
);

/** Limits of a ping: the size is that of the largest Ethernet frames. */
export const PING_LIMITS = {
  packets: { min: 1, max: 20 },
  size: { min: 0, max: 9_000 },
  dscp: { min: 0, max: 63 },
} as const;
const PORT = { name: 'port', kind: 'integer', min: 1, max: 65_535 } as const;
const PATH = /^\/[\x21-\x7e]*$/;
/** Text without control, format, private-use and unassigned characters. */
const TEXT = /^\P{C}+$/u;
const DOMAIN = /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*\.?$/i;

/** Parameters that checks of each type have. */
export const CHECK_PARAMETERS: Readonly<Partial<Record<CheckType, readonly CheckParameter[]>>> = {
  icmp_ping: [
    { name: 'packets', kind: 'integer', ...PING_LIMITS.packets, required: false },
    { name: 'size', kind: 'integer', ...PING_LIMITS.size, required: false },
    { name: 'dscp', kind: 'integer', ...PING_LIMITS.dscp, required: false },
    { name: 'dontFragment', kind: 'flag', required: false },
    { name: 'source', kind: 'address', required: false },
  ],
  tcp_connect: [{ ...PORT, required: true }],
  http: [
    { name: 'scheme', kind: 'choice', values: SCHEMES, required: true },
    { ...PORT, required: false },
    {
      name: 'path',
      kind: 'text',
      lengthMax: 1_000,
      pattern: PATH,
      rule: 'starts with / and has no spaces',
      required: false,
    },
    { name: 'host', kind: 'text', lengthMax: 253, pattern: DOMAIN, rule: 'is a host name', required: false },
    { name: 'status', kind: 'integer', min: 100, max: 599, required: false },
    {
      name: 'contains',
      kind: 'text',
      lengthMax: 200,
      pattern: TEXT,
      rule: 'has no control characters',
      required: false,
    },
    { name: 'certificateDays', kind: 'integer', min: 1, max: 365, required: false },
  ],
  dns: [
    { name: 'queryName', kind: 'text', lengthMax: 253, pattern: DOMAIN, rule: 'is a domain name', required: true },
    { name: 'queryType', kind: 'choice', values: QUERY_TYPES, required: true },
    { ...PORT, required: false },
    { name: 'rcode', kind: 'choice', values: RESPONSE_CODES, required: false },
    {
      name: 'answer',
      kind: 'text',
      lengthMax: 255,
      pattern: TEXT,
      rule: 'has no control characters',
      required: false,
    },
  ],
};

/** Whether a check has the parameters that its type requires, each within its limits: an agent probes nothing else, regardless of what it is sent. */
export function hasValidParameters(check: CheckDefinition): boolean {
  return (CHECK_PARAMETERS[check.type] ?? []).every((parameter) => {
    const value: unknown = check[parameter.name];
    return value === undefined ? !parameter.required : isValid(parameter, value);
  });
}

function isValid(parameter: CheckParameter, value: unknown): boolean {
  switch (parameter.kind) {
    case 'integer':
      return Number.isInteger(value) && Number(value) >= parameter.min && Number(value) <= parameter.max;
    case 'choice':
      return parameter.values.some((each) => each === value);
    case 'text':
      return typeof value === 'string' && value.length <= parameter.lengthMax && parameter.pattern.test(value);
    case 'flag':
      return typeof value === 'boolean';
    case 'address':
      return isCanonicalAddress(value);
    default:
      return parameter satisfies never;
  }
}

const DEFAULT_PORTS = { http: 80, https: 443, dns: 53 } as const;

/** Returns the port that a check connects to; undefined for a ping. */
export function portOf({ type, port, scheme }: CheckDefinition): number | undefined {
  if (port !== undefined || type === 'icmp_ping' || type === 'tcp_connect') return port;
  return type === 'dns' ? DEFAULT_PORTS.dns : DEFAULT_PORTS[scheme ?? 'http'];
}
