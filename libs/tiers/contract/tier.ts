/** What a check expects of its target: ping must answer (`reachable`), a port must be closed (`unreachable`). */
export type Expectation = 'reachable' | 'unreachable';

/** Probe types the built-in executors know. */
export type CheckType = 'icmp_ping';

/**
 * One check of a tier. `check` is a small number, unique within its tier and never reused there, so that stored results
 * keep their meaning when the tier changes.
 */
export interface CheckDefinition {
  check: number;
  type: CheckType;
  expect: Expectation;
}

/** Which agents probe the targets of a tier. Empty lists do not restrict. */
export interface AgentSelection {
  strategy: 'all' | 'distributed';
  /** Agents a target, for `distributed`. */
  count: number;
  regions: string[];
  requireTags: Record<string, string>;
  excludeTags: Record<string, string>;
}

/** When one agent's results make a verdict, and when verdicts make a status. */
export interface VerdictRule {
  /** Misses in a row until the agent's verdict is down. */
  missesToFail: number;
  /** Successes in a row until it is up again. */
  successesToRecover: number;
  /** Share of the SELECTED agents that must agree: more than half, or a fixed number of them. */
  quorum: 'majority' | number;
}

export interface TierPolicy {
  probeIntervalMs: number;
  probeTimeoutMs: number;
  checks: CheckDefinition[];
  agentSelection: AgentSelection;
  verdictRule: VerdictRule;
}

/** A tier as the API shows it. */
export interface TierView extends TierPolicy {
  name: string;
  builtIn: boolean;
  /** Version of the tier's stream, also its ETag. */
  version: number;
  targetCount: number;
}

const PING: CheckDefinition = { check: 1, type: 'icmp_ping', expect: 'reachable' };
const ONE_AGENT: AgentSelection = {
  strategy: 'distributed',
  count: 1,
  regions: [],
  requireTags: {},
  excludeTags: {},
};
const TWO_MISSES: VerdictRule = { missesToFail: 2, successesToRecover: 1, quorum: 'majority' };

/** The tiers every installation starts with. */
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
