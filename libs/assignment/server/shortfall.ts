import type { Shortfall } from '@icmp-mon/assignment/contract';
import type { AgentPool } from './agent-pool';
import type { CandidateTarget } from './assign';
import { chooseByRank, covered } from './ranked-selection';

/** Numbers of a choice that the tier's selection asks for. */
interface Attained {
  agents: number;
  regions: number;
  providers: number;
}

/** Returns how far the selection of a target falls short; null if it is as asked. The selection must be the last one of this pool. */
export function shortfallOf(target: CandidateTarget, pool: AgentPool): Shortfall | null {
  const { scratch, count } = pool;
  const wanted = Number.isFinite(count) ? count : Math.max(1, scratch.chosenCount);
  if (pool.ids.length === 0) return count === 0 ? null : { reason: 'no_agents', wanted, placed: 0 };
  if (isRefusedByAll(pool)) return { reason: 'refused', wanted, placed: 0 };
  const attained = attainedBy(pool);
  const limitsMatter = pool.thresholds.some((threshold) => threshold > 0);
  const isShort =
    attained.agents < wanted || attained.regions < pool.minRegions || attained.providers < pool.minProviders;
  if (!isShort && (Number.isFinite(count) || !limitsMatter)) return null;
  if (limitsMatter) {
    const unlimited = attainedWithoutLimits(target, pool);
    const isLimited =
      unlimited.agents > attained.agents ||
      Math.min(unlimited.regions, pool.minRegions) > attained.regions ||
      Math.min(unlimited.providers, pool.minProviders) > attained.providers;
    const asked = Number.isFinite(count) ? count : unlimited.agents;
    if (isLimited) return { reason: 'capacity', wanted: asked, placed: attained.agents };
  }
  return shortOf(wanted, attained, pool);
}

function shortOf(wanted: number, { agents, regions, providers }: Attained, pool: AgentPool): Shortfall | null {
  if (agents < wanted) return { reason: 'too_few_agents', wanted, placed: agents };
  if (regions < pool.minRegions) return { reason: 'too_few_regions', wanted: pool.minRegions, placed: regions };
  if (providers < pool.minProviders)
    return { reason: 'too_few_providers', wanted: pool.minProviders, placed: providers };
  return null;
}

/** Returns whether the last selection of this pool consists of agents that refuse: they are selected only if all refuse. */
export function isRefusedByAll({ scratch }: AgentPool): boolean {
  const { chosen, chosenCount, refusing, refusingCount } = scratch;
  return chosenCount > 0 && refusingCount > 0 && refusing.subarray(0, refusingCount).includes(chosen[0]);
}

function attainedBy(pool: AgentPool): Attained {
  const { minRegions, minProviders, scratch } = pool;
  return {
    agents: scratch.chosenCount,
    regions: minRegions <= 1 ? minRegions : covered(pool, pool.regionOf),
    providers: minProviders <= 1 ? minProviders : covered(pool, pool.providerOf),
  };
}

/** Replaces the selection in the pool's scratch memory. */
function attainedWithoutLimits(target: CandidateTarget, pool: AgentPool): Attained {
  chooseByRank(target, pool, { withRefusing: false, withFull: true });
  return attainedBy(pool);
}
