import type { PolicyRefusal } from '@icmp-mon/agents/contract';
import type { AssignedTarget, AssignedTier } from '@icmp-mon/assignment/contract';
import type { CheckType } from '@icmp-mon/probing/contract';
import type { CheckDefinition } from '@icmp-mon/tiers/contract';
import { type AddressRefusal, addressRefusalOf, type LocalPolicy } from '../policy/local-policy';
import type { RefusedKeys } from '../policy/policy-report';
import { executableTiers } from './executable-tiers';
import { PacketRates } from './packet-rates';

/** One check of a target as it will be probed, after the policy file was applied. */
export interface PlannedTarget {
  key: number;
  ip: string;
  /** Number of the check in its tier. */
  check: number;
  definition: CheckDefinition;
  intervalMs: number;
  timeoutMs: number;
  /** Whether a first miss is confirmed: its tier has that, and the check expects an answer. */
  confirm: boolean;
}

export interface TargetPlan {
  /** One entry per target and check, in ascending order of the targets' keys. */
  targets: PlannedTarget[];
  refused: Record<PolicyRefusal, number>;
  refusedTotal: number;
  refusedKeys: { [by in keyof RefusedKeys]: number[] };
  /** One refused address per reason, for the log. */
  examples: Partial<Record<PolicyRefusal, string>>;
  packetsPerSecond: number;
}

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
 * Returns which checks of assigned targets are probed: those whose type is in `types` and whose parameters are valid. If the server asks for
 * more packets than the policy allows, the targets with the lowest keys are probed and the others refused: a stable choice, so that no target
 * alternates between the two. A target's ping is planned before its other checks. A target counts as refused if any of its checks is.
 */
export function planTargets(
  assigned: Iterable<AssignedTarget>,
  tiers: ReadonlyMap<string, AssignedTier>,
  policy: LocalPolicy,
  types: ReadonlySet<CheckType>,
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
  const before = known.get(policy);
  const refusals = new Map<string, AddressRefusal | null>();
  known.set(policy, refusals);
  const rates = new PacketRates(policy);
  const executable = executableTiers(tiers, types, policy);
  for (const target of [...assigned].sort((a, b) => a.key - b.key)) {
    const tier = executable.get(target.tier);
    if (tier === undefined || tier.isEmpty) continue;
    let ofAddress = before?.get(target.ip);
    if (ofAddress === undefined) ofAddress = addressRefusalOf(policy, target.ip);
    refusals.set(target.ip, ofAddress);
    if (ofAddress !== null) {
      refuse(ofAddress, target);
      continue;
    }
    const { key, ip } = target;
    const { intervalMs, timeoutMs, confirm } = tier;
    const allowed = tier.checks.filter((check) => rates.takeRate(ip, check, intervalMs));
    for (const definition of allowed) {
      const confirms = confirm && definition.expect === 'reachable';
      plan.targets.push({ key, ip, check: definition.check, definition, intervalMs, timeoutMs, confirm: confirms });
    }
    const reason = allowed.length < tier.checks.length ? 'too_fast' : tier.refusal;
    if (reason !== null) refuse(reason, target);
  }
  plan.packetsPerSecond = rates.total;
  return plan;
}

function noneRefused(): Record<PolicyRefusal, number> {
  return {
    ...{ not_canonical: 0, denied: 0, not_allowed: 0, stopped: 0 },
    ...{ port_refused: 0, host_refused: 0, too_fast: 0 },
  };
}
