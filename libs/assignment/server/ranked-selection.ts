import type { AgentPool } from './agent-pool';
import { attainable, chooseDiverse, cover, type Demand } from './diversity';
import { mix, mixKey } from './hashes';
import { refusesTarget } from './refusals';
import { beginChoice, costOf, sortByCost } from './selection-steps';

/** Ranks of agents: a lower rank is always selected first; costs decide within a rank. */
const RANK = { ready: 0, outdated: 1, draining: 2, lost: 3, unheard: 4, never: 5 } as const;

interface RankedTarget {
  key: number;
  ip: string;
  registeredAtMs: number;
}

interface Among {
  /** Also agents that refuse the target. */
  withRefusing: boolean;
  /** Also agents whose admission threshold excludes the target. */
  withFull: boolean;
}

/** Chooses agents for a target from all ranks; leaves them in `scratch.chosen`, in no order. */
export function chooseByRank(target: RankedTarget, pool: AgentPool, among: Among): void {
  const { scratch } = pool;
  beginChoice(scratch);
  const candidates = rankAgents(target, pool, among);
  if (pool.ready.hasLost) noteUndisturbed(target, pool, candidates);
  for (let rank: number = RANK.ready; rank < RANK.never; rank++) {
    chooseOfRank(target.key, pool, rank, candidates, pool.ready.hasLost);
  }
}

/** Returns whether any agent would be chosen that does not refuse the target, if none of them was full. */
export function choosesAny(target: RankedTarget, pool: AgentPool): boolean {
  return rankAgents(target, pool, { withRefusing: false, withFull: true }) > 0;
}

/** Returns how many different regions (`regionOf`) or providers (`providerOf`) the chosen agents have, at most `enough`. */
export function covered({ scratch }: AgentPool, indexOf: Int32Array, enough = Infinity): number {
  const { chosen, chosenCount } = scratch;
  let count = 0;
  for (let at = 0; at < chosenCount && count < enough; at++) {
    let other = 0;
    while (indexOf[chosen[other]] !== indexOf[chosen[at]]) other++;
    if (other === at) count++;
  }
  return count;
}

/** Notes which agents the target would have if its lost agents were back. `undisturbed` keeps the ranks meanwhile. */
function noteUndisturbed({ key, registeredAtMs }: RankedTarget, pool: AgentPool, candidates: number): void {
  const { scratch } = pool;
  const { ranks, undisturbed } = scratch;
  for (let at = 0; at < ranks.length; at++) {
    undisturbed[at] = ranks[at];
    if (ranks[at] === RANK.lost) ranks[at] = rankOfReady(pool, at, registeredAtMs);
  }
  for (const rank of [RANK.ready, RANK.outdated]) chooseOfRank(key, pool, rank, candidates, false);
  ranks.set(undisturbed);
  undisturbed.fill(0);
  for (let at = 0; at < scratch.chosenCount; at++) undisturbed[scratch.chosen[at]] = 1;
  beginChoice(scratch);
}

/**
 * Orders the ready candidates of a target, or the outdated ones, which are sorted by cost: first the agents that it has anyway, and instead of
 * its lost agents first agents that are not full. So a lost agent displaces no target of a full agent.
 */
function preferOpen({ scratch, thresholds }: AgentPool, count: number): void {
  const { candidates, undisturbed, ordered } = scratch;
  const orderOf = (agent: number): number => (undisturbed[agent] === 1 ? 0 : thresholds[agent] === 0 ? 1 : 2);
  let place = 0;
  for (let order = 0; order <= 2; order++) {
    for (let at = 0; at < count; at++) if (orderOf(candidates[at]) === order) ordered[place++] = candidates[at];
  }
  candidates.set(ordered.subarray(0, count));
}

/** Makes candidates of the agents of one rank; returns how many. */
function gather(key: number, { scratch, seeds, inverseWeights }: AgentPool, rank: number): number {
  const mixedKey = mixKey(key);
  let count = 0;
  for (let at = 0; at < seeds.length; at++) {
    if (scratch.ranks[at] !== rank) continue;
    scratch.candidates[count] = at;
    scratch.costs[count++] = costOf(mix(mixedKey ^ seeds[at]), inverseWeights[at]);
  }
  return count;
}

/** Ranks all agents for a target; returns how many may be chosen. */
function rankAgents(target: RankedTarget, pool: AgentPool, { withRefusing, withFull }: Among): number {
  const { ids, seeds, thresholds, scratch } = pool;
  const { ranks } = scratch;
  const mixedKey = mixKey(target.key);
  let available = 0;
  for (let at = 0; at < ids.length; at++) {
    const isFull = !withFull && mix(mixedKey ^ seeds[at]) < thresholds[at];
    const isExcluded = isFull || (!withRefusing && refusesTarget(pool, at, target.key, target.ip));
    ranks[at] = isExcluded ? RANK.never : rankOf(pool, at, target.registeredAtMs);
    if (ranks[at] <= RANK.outdated) available++;
  }
  let candidates = 0;
  for (let at = 0; at < ids.length; at++) {
    // While an agent is ready, also an outdated one, a target is not assigned to one that is draining or has never reported.
    if (available > 0 && (ranks[at] === RANK.draining || ranks[at] === RANK.unheard)) ranks[at] = RANK.never;
    if (ranks[at] !== RANK.never) candidates++;
  }
  return candidates;
}

function rankOf(pool: AgentPool, at: number, registeredAtMs: number): number {
  const state = pool.readiness[at];
  if (typeof state === 'number' ? registeredAtMs < state : state === 'ready') {
    return rankOfReady(pool, at, registeredAtMs);
  }
  return typeof state === 'number' ? RANK.lost : RANK[state];
}

function rankOfReady({ outdatedSinceMs }: AgentPool, at: number, registeredAtMs: number): number {
  return registeredAtMs >= outdatedSinceMs[at] ? RANK.outdated : RANK.ready;
}

/** Chooses among the agents of one rank for the slots that are left: all of them if there are not more. */
function chooseOfRank(key: number, pool: AgentPool, rank: number, candidates: number, prefersOpen: boolean): void {
  const { scratch } = pool;
  const slots = Math.min(pool.count, candidates) - scratch.chosenCount;
  if (slots === 0) return;
  const count = gather(key, pool, rank);
  if (count <= slots) {
    for (let at = 0; at < count; at++) {
      scratch.chosen[scratch.chosenCount++] = scratch.candidates[at];
      cover(pool, scratch.candidates[at]);
    }
    return;
  }
  sortByCost(scratch, count);
  if (prefersOpen && rank <= RANK.outdated) preferOpen(pool, count);
  const demand: Demand = {
    slots,
    regions: pool.minRegions - covered(pool, pool.regionOf),
    providers: pool.minProviders - covered(pool, pool.providerOf),
  };
  chooseDiverse(pool, count, attainable(pool, count, demand), true);
}
