import type { AgentPool } from './agent-pool';
import { chooseDiverse } from './diversity';
import { chooseByRank, choosesAny, covered } from './ranked-selection';
import { forgetDecisions, refusesTarget } from './refusals';
import {
  beginChoice,
  chooseLowest,
  finishSelection,
  noteRefusing,
  priceCandidates,
  sortByCost,
} from './selection-steps';
import { shortlist } from './shortlist/shortlist';

export interface CandidateTarget {
  key: number;
  ip: string;
  registeredAtMs: number;
}

export interface Selection {
  /** Ids of the agents that probe the target, sorted. */
  selected: string[];
  /**
   * Ids of the agents that were not selected because their policy files refuse the target, sorted; if all eligible agents refuse it, the
   * selected ones.
   */
  refusedBy: string[];
}

/**
 * Selects the agents that probe a target: those of the best rank, and within a rank those with the lowest costs for (target, agent) that
 * together meet the tier's diversity. This is rendezvous hashing (Thaler and Ravishankar, 1998), weighted by capacity.
 *
 * Invariants:
 * - Deterministic: the result depends only on the arguments, not on the order of agents or on earlier selections.
 * - Minimal movement: an agent that leaves the pool moves only the targets that it had.
 * - Rank first: a ready agent is selected before an outdated one, and this before one that is draining, lost or unheard.
 * - Diversity: if agents of the same rank can meet it, they are selected; otherwise as many regions, then providers, as they can.
 * - Capacity: an agent is not selected for a target whose hash is below its admission threshold.
 * - Lost agents displace no others: instead of a lost agent, a target gets one that is not full, if there is one.
 * - Stable quorum: a lost agent stays selected if no other agent can replace it, so that the number of selected agents, and with it the
 *   quorum, does not shrink.
 * - Refusals: an agent that refuses the address is not eligible, unless all eligible agents refuse it.
 */
export function assign(target: CandidateTarget, pool: AgentPool): Selection {
  selectAgents(target.key, target.ip, target.registeredAtMs, pool);
  const { chosen, chosenCount, refusing, refusingCount } = pool.scratch;
  return { selected: idsOf(pool, chosen, chosenCount), refusedBy: idsOf(pool, refusing, refusingCount) };
}

/** Selects like `assign`, without allocating: leaves the indexes of the agents in `pool.scratch`, as `chosen` and `refusing`. */
export function selectAgents(key: number, ip: string, registeredAtMs: number, pool: AgentPool): void {
  const { ready, scratch, count } = pool;
  forgetDecisions(pool);
  scratch.refusingCount = 0;
  const isUsual = ready.agents >= count && registeredAtMs < ready.untilMs;
  if (isUsual && (selectReady(key, ip, pool, false) || selectReady(key, ip, pool, true))) return;
  selectByRank({ key, ip, registeredAtMs }, pool);
}

function idsOf({ ids }: AgentPool, indexes: Int32Array, count: number): string[] {
  const result: string[] = [];
  for (let place = 0; place < count; place++) result.push(ids[indexes[place]]);
  return result;
}

/**
 * The usual case: ready agents with high hashes admit the target, allow its address and meet the diversity. Looks closely only at agents
 * whose hash passes their limit. Returns false if these do not suffice to decide.
 */
function selectReady(key: number, ip: string, pool: AgentPool, isWider: boolean): boolean {
  const { scratch, count, ready } = pool;
  const found = shortlist(key, ready, isWider);
  if (found < count) return false;
  priceCandidates(pool, found, isWider ? ready.widerKeysPerCost : ready.keysPerCost);
  scratch.chosenCount = count;
  const isChosen = chooseLowest(scratch, found, count) && isDiverse(pool);
  if (!isChosen && !chooseSorted(pool, found)) return false;
  return !(ready.hasLost && anyLost(pool)) && !anyRefuses(key, ip, pool);
}

function anyLost({ readiness, scratch }: AgentPool): boolean {
  const { chosen, chosenCount } = scratch;
  for (let at = 0; at < chosenCount; at++) if (readiness[chosen[at]] === 'lost') return true;
  return false;
}

function anyRefuses(key: number, ip: string, pool: AgentPool): boolean {
  const { chosen, chosenCount } = pool.scratch;
  for (let at = 0; at < chosenCount; at++) if (refusesTarget(pool, chosen[at], key, ip)) return true;
  return false;
}

function isDiverse(pool: AgentPool): boolean {
  const { minRegions, minProviders } = pool.ready;
  return (
    (minRegions <= 1 || covered(pool, pool.regionOf, minRegions) >= minRegions) &&
    (minProviders <= 1 || covered(pool, pool.providerOf, minProviders) >= minProviders)
  );
}

/** Chooses again, for diversity or by exact costs. Returns false if agents that are not candidates could be better. */
function chooseSorted(pool: AgentPool, found: number): boolean {
  const { count, ready, scratch } = pool;
  sortByCost(scratch, found);
  beginChoice(scratch);
  const isKnown = chooseDiverse(
    pool,
    found,
    { slots: count, regions: ready.minRegions, providers: ready.minProviders },
    false,
  );
  finishSelection(scratch);
  return isKnown;
}

/** Every other case: agents of other ranks, refusals, too few candidates. */
function selectByRank(target: CandidateTarget, pool: AgentPool): void {
  const { scratch } = pool;
  chooseByRank(target, pool, { withRefusing: true, withFull: false });
  noteRefusing(target, pool);
  if (scratch.refusingCount > 0 || scratch.chosenCount === 0) {
    chooseByRank(target, pool, { withRefusing: false, withFull: false });
    if (scratch.chosenCount === 0 && !choosesAny(target, pool)) {
      chooseByRank(target, pool, { withRefusing: true, withFull: true });
      noteRefusing(target, pool);
    }
  }
  finishSelection(scratch);
}
