import type { AgentPool } from './agent-pool';
import { chooseDiverse } from './diversity';
import { mix, mixKey, premix } from './hashes';
import { chooseByRank, choosesAny, covered } from './ranked-selection';
import { forgetDecisions, refusesTarget } from './refusals';
import { beginChoice, costOf, finishSelection, noteRefusing, sortByCost } from './selection-steps';

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
 * - Rank first: a ready agent is selected before one that is draining, lost or unheard.
 * - Diversity: if agents of the same rank can meet it, they are selected; otherwise as many regions, then providers, as they can.
 * - Capacity: an agent is not selected for a target whose hash is below its admission threshold.
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
  const isUsual = ready.order.length >= count && registeredAtMs < ready.untilMs;
  if (isUsual && (selectReady(key, ip, pool, ready.limits) || selectReady(key, ip, pool, ready.widerLimits))) return;
  selectByRank({ key, ip, registeredAtMs }, pool);
}

function idsOf({ ids }: AgentPool, indexes: Int32Array, count: number): string[] {
  const result: string[] = [];
  for (let place = 0; place < count; place++) result.push(ids[indexes[place]]);
  return result;
}

/**
 * The usual case: ready agents with high hashes admit the target, allow its address and meet the diversity. Looks closely only at agents
 * whose hash passes the limit of their group. Returns false if these do not suffice to decide.
 */
function selectReady(key: number, ip: string, pool: AgentPool, limits: Int32Array): boolean {
  const { scratch, count } = pool;
  const mixedKey = mixKey(key);
  const found = admitted(pool, mixedKey, shortlist(pool, mixedKey, limits));
  if (found < count) return false;
  sortByCost(scratch, found);
  for (let at = 0; at < count; at++) scratch.chosen[at] = scratch.candidates[at];
  scratch.chosenCount = count;
  if (anyRefuses(key, ip, pool)) return false;
  if (!isDiverse(pool) && !chooseOthers(pool, found, key, ip)) return false;
  finishSelection(scratch);
  return true;
}

/**
 * Collects the ready agents whose hash passes the limit; returns how many. The hot loop: two agents per step, and no branch, because which
 * agents pass cannot be predicted. Each agent is written to the next free place, which is kept if the agent passes.
 */
function shortlist({ ready, scratch }: AgentPool, mixedKey: number, limits: Int32Array): number {
  const { seeds, ends } = ready;
  const { passing } = scratch;
  let found = 0;
  let place = 0;
  for (let group = 0; group < ends.length; group++) {
    const end = ends[group];
    const limit = limits[group];
    for (; place + 1 < end; place += 2) {
      const first = limit - (premix(mixedKey ^ seeds[place]) >>> 1);
      const second = limit - (premix(mixedKey ^ seeds[place + 1]) >>> 1);
      passing[found] = place;
      found += first >>> 31;
      passing[found] = place + 1;
      found += second >>> 31;
    }
    if (place < end) {
      passing[found] = place;
      found += (limit - (premix(mixedKey ^ seeds[place++]) >>> 1)) >>> 31;
    }
  }
  return found;
}

/** Makes candidates of the agents in the shortlist that admit the target; returns how many. */
function admitted({ ready, inverseWeights, scratch, thresholds }: AgentPool, mixedKey: number, found: number): number {
  const { candidates, costs, passing } = scratch;
  let kept = 0;
  for (let at = 0; at < found; at++) {
    const agent = ready.order[passing[at]];
    const hash = mix(mixedKey ^ ready.seeds[passing[at]]);
    if (hash < thresholds[agent]) continue;
    candidates[kept] = agent;
    costs[kept++] = costOf(hash, inverseWeights[agent]);
  }
  return kept;
}

function anyRefuses(key: number, ip: string, pool: AgentPool): boolean {
  const { chosen, chosenCount } = pool.scratch;
  for (let at = 0; at < chosenCount; at++) if (refusesTarget(pool, chosen[at], key, ip)) return true;
  return false;
}

function isDiverse(pool: AgentPool): boolean {
  const { minRegions, minProviders } = pool.ready;
  return (
    (minRegions <= 1 || covered(pool, pool.regionOf) >= minRegions) &&
    (minProviders <= 1 || covered(pool, pool.providerOf) >= minProviders)
  );
}

/** Chooses again for diversity. Returns false if agents that are not candidates could be better, or if one of the chosen refuses. */
function chooseOthers(pool: AgentPool, found: number, key: number, ip: string): boolean {
  const { count, ready, scratch } = pool;
  beginChoice(scratch);
  const demand = { slots: count, regions: ready.minRegions, providers: ready.minProviders };
  return chooseDiverse(pool, found, demand, false) && !anyRefuses(key, ip, pool);
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
