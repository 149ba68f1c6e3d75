import type { AgentPool } from './agent-pool';

/** Remaining task of a selection: how many agents to choose, and how many further regions and providers they must cover. */
export interface Demand {
  slots: number;
  regions: number;
  providers: number;
}

/** `unknown`: not with these candidates, but perhaps with more of them. */
type Feasibility = 'yes' | 'no' | 'unknown';

/**
 * Chooses from candidates, which are sorted best first, the best ones that meet the demand: it takes each candidate with which the rest of the
 * demand can still be met. Appends to `scratch.chosen` and marks what it covers. Returns false if it does not know: if a candidate was left
 * out that could be right if there were further candidates.
 *
 * Why this is minimal movement: of all sets that meet the demand, it finds the first in lexicographic order of the candidates. A set stays
 * the first when a candidate outside of it disappears.
 */
export function chooseDiverse(pool: AgentPool, count: number, demand: Demand, isComplete: boolean): boolean {
  const { candidates, regionMarks, providerMarks } = pool.scratch;
  const left = { ...demand };
  for (let at = 0; at < count && left.slots > 0; at++) {
    const agent = candidates[at];
    const isNewRegion = regionMarks[pool.regionOf[agent]] !== pool.scratch.mark;
    const isNewProvider = providerMarks[pool.providerOf[agent]] !== pool.scratch.mark;
    cover(pool, agent);
    const after: Demand = {
      slots: left.slots - 1,
      regions: left.regions - (isNewRegion ? 1 : 0),
      providers: left.providers - (isNewProvider ? 1 : 0),
    };
    const feasible = feasibility(pool, at + 1, count, after);
    if (feasible === 'yes') {
      pool.scratch.chosen[pool.scratch.chosenCount++] = agent;
      Object.assign(left, after);
      continue;
    }
    if (isNewRegion) regionMarks[pool.regionOf[agent]] = 0;
    if (isNewProvider) providerMarks[pool.providerOf[agent]] = 0;
    if (feasible === 'unknown' && !isComplete) return false;
  }
  return left.slots === 0 && left.regions <= 0 && left.providers <= 0;
}

/** Marks the region and the provider of an agent as covered. */
export function cover({ regionOf, providerOf, scratch }: AgentPool, agent: number): void {
  scratch.regionMarks[regionOf[agent]] = scratch.mark;
  scratch.providerMarks[providerOf[agent]] = scratch.mark;
}

/** Returns how much of the demand the candidates can meet: as many regions as possible, then as many providers. */
export function attainable(pool: AgentPool, count: number, demand: Demand): Demand {
  const { regions, providers } = uncovered(pool, 0, count, Infinity, Infinity);
  const most = {
    slots: Math.min(demand.slots, count),
    regions: Math.min(demand.regions, demand.slots, regions),
    providers: Math.min(demand.providers, demand.slots, providers),
  };
  while (most.providers > 0 && feasibility(pool, 0, count, most) !== 'yes') most.providers--;
  return most;
}

/**
 * Returns whether the candidates from a place on can meet the demand. An agent covers at most one new region and one new provider, so
 * `regions + providers` of them need as many agents, less the agents that cover both: at most a maximum matching of new regions and new providers.
 */
function feasibility(pool: AgentPool, from: number, count: number, { slots, regions, providers }: Demand): Feasibility {
  if (regions > slots || providers > slots) return 'no';
  if (count - from < slots) return 'unknown';
  if (regions <= 0 && providers <= 0) return 'yes';
  const available = uncovered(pool, from, count, regions, providers);
  if (available.regions < regions || available.providers < providers) return 'unknown';
  const both = Math.max(0, regions) + Math.max(0, providers) - slots;
  return both <= 0 || matchingReaches(pool, from, count, both) ? 'yes' : 'unknown';
}

/** Counts the regions and providers of candidates that are not covered yet, up to the given numbers. */
function uncovered(
  { regionOf, providerOf, scratch }: AgentPool,
  from: number,
  count: number,
  regionsMax: number,
  providersMax: number,
): { regions: number; providers: number } {
  const { candidates, regionMarks, providerMarks, mark, visited, regionOfProvider } = scratch;
  visited.fill(0);
  regionOfProvider.fill(0);
  let regions = 0;
  let providers = 0;
  for (let at = from; at < count && (regions < regionsMax || providers < providersMax); at++) {
    const region = regionOf[candidates[at]];
    const provider = providerOf[candidates[at]];
    if (regionMarks[region] !== mark && visited[region] === 0) {
      visited[region] = 1;
      regions++;
    }
    if (providerMarks[provider] !== mark && regionOfProvider[provider] === 0) {
      regionOfProvider[provider] = 1;
      providers++;
    }
  }
  return { regions, providers };
}

/** Returns whether a matching of uncovered regions and providers, with the candidates as edges, has at least `size` edges (Kuhn, 1955). */
function matchingReaches(pool: AgentPool, from: number, count: number, size: number): boolean {
  const { candidates, providerOfRegion, regionOfProvider, visited, regionMarks, mark } = pool.scratch;
  providerOfRegion.fill(-1);
  regionOfProvider.fill(-1);
  let found = 0;
  for (let at = from; at < count && found < size; at++) {
    const region = pool.regionOf[candidates[at]];
    if (regionMarks[region] === mark || providerOfRegion[region] >= 0) continue;
    visited.fill(0);
    if (augments(pool, from, count, region)) found++;
  }
  return found >= size;
}

function augments(pool: AgentPool, from: number, count: number, region: number): boolean {
  const { candidates, providerOfRegion, regionOfProvider, visited, providerMarks, mark } = pool.scratch;
  for (let at = from; at < count; at++) {
    if (pool.regionOf[candidates[at]] !== region) continue;
    const provider = pool.providerOf[candidates[at]];
    if (providerMarks[provider] === mark || visited[provider] === 1) continue;
    visited[provider] = 1;
    const other = regionOfProvider[provider];
    if (other < 0 || augments(pool, from, count, other)) {
      regionOfProvider[provider] = region;
      providerOfRegion[region] = provider;
      return true;
    }
  }
  return false;
}
