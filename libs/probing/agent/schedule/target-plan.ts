import type { AssignedTarget, AssignedTier } from '@icmp-mon/assignment/contract';
import {
  type AddressRefusal,
  addressRefusalOf,
  checkRefusalOf,
  type LocalPolicy,
  type PolicyRefusal,
} from '../policy/local-policy';
import type { RefusedKeys } from '../policy/policy-report';

/** A target as it will be probed, after the policy file was applied. */
export interface PlannedTarget {
  key: number;
  ip: string;
  check: number;
  intervalMs: number;
  timeoutMs: number;
}

export interface TargetPlan {
  targets: PlannedTarget[];
  refused: Record<PolicyRefusal, number>;
  refusedTotal: number;
  refusedKeys: { [by in keyof RefusedKeys]: number[] };
  /** One refused address per reason, for the log. */
  examples: Partial<Record<PolicyRefusal, string>>;
  packetsPerSecond: number;
}

/** Shortest probing interval, in ms, regardless of what the server asks for. */
export const INTERVAL_MS_MIN = 1_000;
export const INTERVAL_MS_MAX = 86_400_000;
const TIMEOUT_MS = { min: 10, max: 30_000 };

/** How the targets of each reason are reported. */
const REPORTED_AS: Record<PolicyRefusal, keyof RefusedKeys> = {
  not_canonical: 'byAddress',
  denied: 'byAddress',
  not_allowed: 'byAddress',
  stopped: 'byAddress',
  port_refused: 'byCheck',
  host_refused: 'byCheck',
  too_fast: 'tooFast',
};

/**
 * Decisions of each policy about the addresses of the last plan. When many targets are added, assignments arrive in hundreds of parts, and
 * each part makes a new plan of all targets; looking all addresses up in the policy's ranges blocked the event loop for 1/3 s.
 */
const known = new WeakMap<LocalPolicy, Map<string, AddressRefusal | null>>();

/**
 * Returns which assigned targets are probed. If the server asks for more packets than the policy allows, the targets with the lowest
 * keys are probed and the others refused: a stable choice, so that no target alternates between the two.
 */
export function planTargets(
  assigned: Iterable<AssignedTarget>,
  tiers: ReadonlyMap<string, AssignedTier>,
  policy: LocalPolicy,
): TargetPlan {
  const plan: TargetPlan = {
    targets: [],
    refused: noneRefused(),
    refusedTotal: 0,
    refusedKeys: { byAddress: [], byCheck: [], tooFast: [] },
    examples: {},
    packetsPerSecond: 0,
  };
  const refuse = (reason: PolicyRefusal, { key, ip }: AssignedTarget): void => {
    plan.refusedKeys[REPORTED_AS[reason]].push(key);
    plan.refused[reason]++;
    plan.refusedTotal++;
    plan.examples[reason] ??= String(ip).slice(0, 64);
  };
  const perAddress = new Map<string, number>();
  const before = known.get(policy);
  const refusals = new Map<string, AddressRefusal | null>();
  known.set(policy, refusals);
  for (const target of [...assigned].sort((a, b) => a.key - b.key)) {
    const tier = tiers.get(target.tier);
    const check = tier?.checks.find(({ type }) => type === 'icmp_ping');
    if (tier === undefined || check === undefined) continue;
    let ofAddress = before?.get(target.ip);
    if (ofAddress === undefined) ofAddress = addressRefusalOf(policy, target.ip);
    refusals.set(target.ip, ofAddress);
    const reason = ofAddress ?? checkRefusalOf(policy, check);
    if (reason !== null) {
      refuse(reason, target);
      continue;
    }
    const intervalMs = Math.min(INTERVAL_MS_MAX, Math.max(INTERVAL_MS_MIN, tier.probeIntervalMs));
    const rate = 1000 / intervalMs;
    const addressRate = (perAddress.get(target.ip) ?? 0) + rate;
    const planRate = plan.packetsPerSecond + rate;
    if (exceeds(planRate, policy.packetsPerSecond) || exceeds(addressRate, policy.packetsPerSecondPerAddress)) {
      refuse('too_fast', target);
      continue;
    }
    perAddress.set(target.ip, addressRate);
    plan.packetsPerSecond = planRate;
    const timeoutMs = Math.min(TIMEOUT_MS.max, Math.max(TIMEOUT_MS.min, tier.probeTimeoutMs));
    plan.targets.push({ key: target.key, ip: target.ip, check: check.check, intervalMs, timeoutMs });
  }
  return plan;
}

function noneRefused(): Record<PolicyRefusal, number> {
  return {
    ...{ not_canonical: 0, denied: 0, not_allowed: 0, stopped: 0 },
    ...{ port_refused: 0, host_refused: 0, too_fast: 0 },
  };
}

/** Whether the rate exceeds the limit. Rates are sums of fractions, so a sum equal to the limit may come out slightly higher. */
function exceeds(rate: number, limit: number): boolean {
  return rate > limit + 1e-6;
}
