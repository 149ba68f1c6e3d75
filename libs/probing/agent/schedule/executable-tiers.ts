import type { AssignedTier } from '@icmp-mon/assignment/contract';
import type { CheckType } from '@icmp-mon/probing/contract';
import { type CheckDefinition, hasValidParameters, portOf } from '@icmp-mon/tiers/contract';
import { type CheckRefusal, checkRefusalOf, type LocalPolicy } from '../policy/local-policy';

/** Shortest probing interval, in ms, regardless of what the server asks for. */
const INTERVAL_MS_MIN = 1_000;
const INTERVAL_MS_MAX = 86_400_000;
const TIMEOUT_MS = { min: 10, max: 30_000 };

/** The checks of a tier that this agent probes. */
export interface ExecutableTier {
  /** Pings first. */
  checks: CheckDefinition[];
  /** Why the policy file refuses a check of the tier, regardless of the address; null if it refuses none. */
  refusal: CheckRefusal | null;
  /** Whether the agent has no executor for any check. */
  isEmpty: boolean;
  intervalMs: number;
  timeoutMs: number;
  /** Whether first misses are confirmed. */
  confirm: boolean;
}

/** Returns by tier the checks that this agent has an executor for, that have valid parameters, and that the policy file does not refuse. */
export function executableTiers(
  tiers: ReadonlyMap<string, AssignedTier>,
  types: ReadonlySet<CheckType>,
  policy: LocalPolicy,
): Map<string, ExecutableTier> {
  const order = ({ type }: CheckDefinition): number => (type === 'icmp_ping' ? 0 : 1);
  const executable = [...tiers].map(([name, tier]) => {
    const own = tier.checks.filter((check) => types.has(check.type) && hasValidParameters(check));
    const refusals = own.map((check) => definitionRefusalOf(policy, check));
    const checks = own.filter((_check, at) => refusals[at] === null).sort((a, b) => order(a) - order(b));
    const refusal = refusals.find((reason) => reason !== null) ?? null;
    return [
      name,
      { checks, refusal, isEmpty: own.length === 0, confirm: tier.confirm !== false, ...timesOf(tier) },
    ] as const;
  });
  return new Map(executable);
}

function definitionRefusalOf(policy: LocalPolicy, check: CheckDefinition): CheckRefusal | null {
  return checkRefusalOf(policy, { type: check.type, port: portOf(check), host: check.host });
}

function timesOf({ probeIntervalMs, probeTimeoutMs }: AssignedTier): Pick<ExecutableTier, 'intervalMs' | 'timeoutMs'> {
  return {
    intervalMs: Math.min(INTERVAL_MS_MAX, Math.max(INTERVAL_MS_MIN, probeIntervalMs)),
    timeoutMs: Math.min(TIMEOUT_MS.max, Math.max(TIMEOUT_MS.min, probeTimeoutMs)),
  };
}
