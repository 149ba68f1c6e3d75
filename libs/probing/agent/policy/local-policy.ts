import type { PolicyRefusal, ProbeKind } from '@icmp-mon/agents/contract';
import type { CheckType } from '@icmp-mon/probing/contract';
import { type AddressRanges, ALWAYS_DENIED, LOOPBACK } from './address-ranges';
import { canonicalFamily } from './canonical-ip';
import type { HostNames } from './host-names';
import type { PortRanges } from './port-ranges';

/** Why the policy file refuses an address, regardless of the check. */
export type AddressRefusal = Extract<PolicyRefusal, 'not_canonical' | 'denied' | 'not_allowed' | 'stopped'>;
/** Why it refuses a check whose address is allowed. */
export type CheckRefusal = Extract<PolicyRefusal, 'port_refused' | 'host_refused'>;

/** Allowed and denied members; `allow` null: every one that is not denied. */
export interface AllowDeny<T> {
  allow: T | null;
  deny: T;
}

export interface LocalPolicy extends AllowDeny<AddressRanges> {
  /** The ranges of loopback that `allow` lists. */
  loopback: AddressRanges;
  /** By type of check; a type that is missing may use every port. */
  ports: ReadonlyMap<CheckType, AllowDeny<PortRanges>>;
  /** Names that HTTP requests may be sent to. */
  httpHosts: AllowDeny<HostNames>;
  /** Kinds of probes that the server may request on demand; null: every kind. */
  commands: readonly ProbeKind[] | null;
  /** Whether the agent traces by itself; null: only if `commands` allows mtr. */
  traces: boolean | null;
  /** Whether the names of hops are asked for. */
  traceNames: boolean;
  packetsPerSecond: number;
  /** Limit for all targets with the same address together: several targets, in different networks, may share one. */
  packetsPerSecondPerAddress: number;
  /** True: no target is probed. */
  stopped: boolean;
}

/** The part of a check that the policy file can refuse. */
export interface PolicedCheck {
  type: CheckType;
  port?: number | undefined;
  /** Name in an HTTP request; undefined if it has the target's address instead. */
  host?: string | undefined;
}

const PING: PolicedCheck = { type: 'icmp_ping' };

/**
 * Returns why the policy file refuses a check of an address; null if it does not. This overrides the server. A check that connects to an
 * address it has resolved itself asks again with that address.
 */
export function refusalOf(
  policy: LocalPolicy,
  ip: string,
  check: PolicedCheck = PING,
): AddressRefusal | CheckRefusal | null {
  return addressRefusalOf(policy, ip) ?? checkRefusalOf(policy, check);
}

/** Returns why the policy file refuses to send anything to an address; null if it does not. */
export function addressRefusalOf(policy: LocalPolicy, ip: string): AddressRefusal | null {
  const family = canonicalFamily(ip);
  if (family === 0) return 'not_canonical';
  if (policy.stopped) return 'stopped';
  if (ALWAYS_DENIED.has(ip, family) || policy.deny.has(ip, family)) return 'denied';
  if (LOOPBACK.has(ip, family) && !policy.loopback.has(ip, family)) return 'denied';
  return policy.allow === null || policy.allow.has(ip, family) ? null : 'not_allowed';
}

/** Returns why the policy file refuses a check, regardless of its address; null if it does not. */
export function checkRefusalOf(policy: LocalPolicy, { type, port, host }: PolicedCheck): CheckRefusal | null {
  const ports = policy.ports.get(type);
  // A check that names no port uses one that the lists cannot be asked about.
  if (ports !== undefined && (port === undefined || !isAllowed(ports, port))) return 'port_refused';
  if (type !== 'http') return null;
  // A request that names no host cannot be on a list of names.
  const isNamed = host === undefined ? policy.httpHosts.allow === null : isAllowed(policy.httpHosts, host);
  return isNamed ? null : 'host_refused';
}

/** Whether the server may request a probe of this kind on demand. Address and check are subject to `refusalOf` too. */
export function allowsCommand({ commands, stopped }: LocalPolicy, kind: ProbeKind): boolean {
  return !stopped && (commands === null || commands.includes(kind));
}

/**
 * Whether the agent may trace its targets by itself. `commands` is about orders of the server, but a policy file that was written before there were
 * automatic traces, and does not allow mtr, means these, too.
 */
export function allowsTraces(policy: LocalPolicy): boolean {
  return !policy.stopped && (policy.traces ?? allowsCommand(policy, 'mtr'));
}

function isAllowed<T>({ allow, deny }: AllowDeny<{ has(value: T): boolean }>, value: T): boolean {
  return !deny.has(value) && (allow === null || allow.has(value));
}
