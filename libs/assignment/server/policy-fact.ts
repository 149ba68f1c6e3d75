import type { PolicyFact } from '@icmp-mon/probing/contract';
import type { TierPolicy } from '@icmp-mon/tiers/contract';

/** Returns the tier policy as the logs of the shards contain it. */
export function policyFact(tier: string, policyVersion: number, policy: TierPolicy): PolicyFact {
  const { missesToFail, successesToRecover, quorum, degraded, independentVoters, hourOfWeek } = policy.verdictRule;
  const { minProviders, minRegions } = policy.agentSelection.diversity;
  const least = independentVoters === 'providers' ? minProviders : minRegions;
  return {
    ...{ kind: 'policy', tier, policyVersion },
    intervalMs: policy.probeIntervalMs,
    timeoutMs: policy.probeTimeoutMs,
    ...{ missesToFail, successesToRecover, quorum },
    checks: policy.checks.map(({ check, type, expect, port }) => ({ check, type, expect, ...(port && { port }) })),
    degraded,
    ...(independentVoters !== 'none' && { voters: { by: independentVoters, least } }),
    ...(hourOfWeek && { hourOfWeek }),
  };
}
