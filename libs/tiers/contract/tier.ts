/** Expectation of a check: a ping must be answered (`reachable`), a port must be closed (`unreachable`). */
export type Expectation = 'reachable' | 'unreachable';

/** Probe types of the built-in executors. */
export type CheckType = 'icmp_ping';

/**
 * One check of a tier. `check` is a small number, unique within its tier and never reused in it, so that stored results keep their meaning
 * when the tier changes.
 */
export interface CheckDefinition {
  check: number;
  type: CheckType;
  expect: Expectation;
}

/** Selection of the agents that probe the targets of a tier. Empty lists do not restrict. */
export interface AgentSelection {
  strategy: 'all' | 'distributed';
  /** Number of agents per target, for `distributed`. */
  count: number;
  regions: string[];
  requireTags: Record<string, string>;
  excludeTags: Record<string, string>;
}

/** Rule for when one agent's results make a verdict, and when verdicts make a status. */
export interface VerdictRule {
  /** Number of misses in a row after which the agent's verdict is down. */
  missesToFail: number;
  /** Number of successes in a row after which it is up again. */
  successesToRecover: number;
  /** Number of the SELECTED agents that must agree: more than half, or a fixed number. */
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
