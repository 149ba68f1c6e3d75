import type { CheckType } from '@icmp-mon/probing/contract';
import { completeRule, RULE_DEFAULTS, type StoredVerdictRule, type VerdictRule } from './verdict-rule';

/** Expectation of a check: a ping must be answered (`reachable`), a port must be closed (`unreachable`). */
export const EXPECTATIONS = ['reachable', 'unreachable'] as const;
export type Expectation = (typeof EXPECTATIONS)[number];

export const SCHEMES = ['http', 'https'] as const;
export const QUERY_TYPES = ['A', 'AAAA', 'CNAME', 'MX', 'NS', 'SOA', 'TXT'] as const;
/** Response codes of name servers that a check can demand. */
export const RESPONSE_CODES = ['NOERROR', 'NXDOMAIN', 'SERVFAIL', 'REFUSED'] as const;
export const STRATEGIES = ['all', 'distributed'] as const;

/**
 * One check of a tier. `check` is a small number, unique within its tier and never reused in it, so that stored results keep their meaning
 * when the tier changes.
 */
export interface CheckDefinition extends CheckParameters {
  check: number;
  type: CheckType;
  expect: Expectation;
}

/** Parameters of checks. Which of them a type has, and their limits: `CHECK_PARAMETERS`. */
export interface CheckParameters {
  /** Packets of one ping; 1 unless set. */
  packets?: number;
  /** Bytes of data in each packet of a ping, without the headers of ICMP and IP; 56 unless set. */
  size?: number;
  /** Differentiated services code point of the packets of a ping (RFC 2474); 0 unless set. */
  dscp?: number;
  /** Whether no router, nor this machine, may fragment the packets of a ping. */
  dontFragment?: boolean;
  /** Address from which targets of its family are pinged; the machine selects one unless set. */
  source?: string;
  /** TCP port of `tcp_connect` and `http`, UDP port of `dns`. */
  port?: number;
  scheme?: (typeof SCHEMES)[number];
  /** Path of the request, with its leading slash. */
  path?: string;
  /** Host of the request and of the TLS handshake; the target's address unless set. It is not resolved. */
  host?: string;
  /** Status that the response must have; any from 200 to 399 unless set. */
  status?: number;
  /** Text that must be in the first 64 KiB of the body. */
  contains?: string;
  /** Days that the certificate must still be valid. */
  certificateDays?: number;
  /** Domain name that is asked for. */
  queryName?: string;
  queryType?: (typeof QUERY_TYPES)[number];
  /** Response code that the answer must have; NOERROR unless set. */
  rcode?: (typeof RESPONSE_CODES)[number];
  /** Data of a record that must be in the answer, as zone files write it. */
  answer?: string;
}

/** Selection of the agents that probe the targets of a tier. Empty lists do not restrict. */
export interface AgentSelection {
  strategy: (typeof STRATEGIES)[number];
  /** Number of agents per target, for `distributed`. */
  count: number;
  regions: string[];
  requireTags: Record<string, string>;
  excludeTags: Record<string, string>;
  diversity: Diversity;
}

/** Number of different regions and providers that the selected agents of a target must be in; 1 demands nothing. */
export interface Diversity {
  minRegions: number;
  minProviders: number;
}

export interface TierPolicy {
  probeIntervalMs: number;
  probeTimeoutMs: number;
  checks: CheckDefinition[];
  agentSelection: AgentSelection;
  verdictRule: VerdictRule;
}

export const POLICY_MEMBERS = [
  'probeIntervalMs',
  'probeTimeoutMs',
  'checks',
  'agentSelection',
  'verdictRule',
] as const satisfies (keyof TierPolicy)[];

/** A policy as events and tables contain it: those of earlier releases do not state every member. */
export interface StoredTierPolicy extends Omit<TierPolicy, 'agentSelection' | 'verdictRule'> {
  agentSelection: Omit<AgentSelection, 'diversity'> & { diversity?: Diversity };
  verdictRule: StoredVerdictRule;
}

/** Returns a stored policy with everything that releases before it did not state. Every reader of a stored policy calls it. */
export function completePolicy(stored: StoredTierPolicy): TierPolicy {
  const { agentSelection, verdictRule, ...policy } = stored;
  const diversity = agentSelection.diversity ?? NO_DIVERSITY;
  return { ...policy, agentSelection: { ...agentSelection, diversity }, verdictRule: completeRule(verdictRule) };
}

/** A tier as the API shows it. */
export interface TierView extends TierPolicy {
  name: string;
  builtIn: boolean;
  /** Version of the tier's stream, also its ETag. */
  version: number;
  targetCount: number;
  /** Set while the tier is being removed: the tier that its targets move to. */
  successor: string | null;
}

/** Response of `DELETE /api/v1/tiers/{name}`: removed, or being removed while its targets move to the successor. */
export interface TierRemovalView {
  name: string;
  state: 'removed' | 'removing';
  successor: string | null;
  /** Number of targets that have not moved yet. */
  targetCount: number;
}

/** One version of a tier, as its history shows it. */
export interface TierVersionView {
  version: number;
  at: string;
  /** Actor of the change: `user:<id>`, `api-key:<id>` or `system:<part>`. */
  by: string;
  /** Name of the user or API key; null for others. */
  byName: string | null;
  change: 'defined' | 'removal-started' | 'removed';
  /** The whole policy, for `defined`. */
  policy: TierPolicy | null;
  /** For `removal-started`. */
  successor: string | null;
}

export const NO_DIVERSITY: Diversity = { minRegions: 1, minProviders: 1 };
const PING: CheckDefinition = { check: 1, type: 'icmp_ping', expect: 'reachable' };
const ONE_AGENT: AgentSelection = {
  strategy: 'distributed',
  count: 1,
  regions: [],
  requireTags: {},
  excludeTags: {},
  diversity: NO_DIVERSITY,
};
const TWO_MISSES: VerdictRule = { missesToFail: 2, successesToRecover: 1, quorum: 'majority', ...RULE_DEFAULTS };

/** Tiers that every installation starts with. */
export const BUILT_IN_TIERS: Readonly<Record<'standard' | 'fast', TierPolicy>> = {
  standard: {
    probeIntervalMs: 15_000,
    probeTimeoutMs: 1_000,
    checks: [PING],
    agentSelection: ONE_AGENT,
    verdictRule: TWO_MISSES,
  },
  fast: {
    probeIntervalMs: 5_000,
    probeTimeoutMs: 1_000,
    checks: [PING],
    agentSelection: ONE_AGENT,
    verdictRule: TWO_MISSES,
  },
};
