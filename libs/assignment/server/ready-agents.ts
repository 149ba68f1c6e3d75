import type { AgentPool } from './agent-pool';
import { HASHES } from './hashes';
import { costOf } from './selection-steps';
import { NEVER, SHORTLIST_AGENTS_MAX, type ShortlistAgents } from './shortlist/shortlist';

/** Ready agents, prepared for the usual case of a selection: hashes that they must exceed to be worth a closer look, first and again. */
export interface ReadyAgents extends ShortlistAgents {
  /** Number of ready agents; 0 if there are too many agents for a shortlist. */
  agents: number;
  /** Factors of `rankKey` for agents that pass the limits, and the wider ones. */
  keysPerCost: number;
  widerKeysPerCost: number;
  /** Demands of diversity that these agents can meet at all. */
  minRegions: number;
  minProviders: number;
  /** Numbers of their regions and providers. */
  regions: number;
  providers: number;
  /** Targets registered from this time on do not count agents as ready that are silent within their hold-down. */
  untilMs: number;
}

/** Number of agents that should pass the limits beyond the selected ones; wider limits apply if too few pass. Chosen by measurement. */
const SPARE = 4;
const SPARE_WIDER = 12;
const BISECTIONS = 40;
/** Costs are compared as integers below this number. */
const KEYS = 2 ** 30;

export function readyAgents(pool: Omit<AgentPool, 'ready' | 'scratch'>): ReadyAgents {
  const { readiness, count, regionOf, providerOf, seeds } = pool;
  const ready = [...readiness.keys()].filter((at) => readiness[at] === 'ready' || typeof readiness[at] === 'number');
  const silent = readiness.filter((each) => typeof each === 'number');
  const regions = distinct(ready, regionOf);
  const providers = distinct(ready, providerOf);
  const [bound, widerBound] = [SPARE, SPARE_WIDER].map((spare) => costBound(count + spare, ready, pool));
  return {
    agents: seeds.length > SHORTLIST_AGENTS_MAX ? 0 : ready.length,
    seeds,
    limits: limitsFor(bound, ready, pool),
    widerLimits: limitsFor(widerBound, ready, pool),
    keysPerCost: KEYS / bound,
    widerKeysPerCost: KEYS / widerBound,
    minRegions: Math.min(pool.minRegions, count, regions),
    minProviders: Math.min(pool.minProviders, count, providers),
    ...{ regions, providers },
    untilMs: silent.length === 0 ? Infinity : Math.min(...silent),
  };
}

function distinct(agents: readonly number[], indexOf: Int32Array): number {
  return new Set(agents.map((at) => indexOf[at])).size;
}

type Weighted = Pick<AgentPool, 'seeds' | 'inverseWeights' | 'thresholds'>;

/**
 * Returns limits that the agents pass that admit the target and whose cost is below the bound. So each agent that admits the target and does
 * not pass has a higher cost than all that pass.
 */
function limitsFor(
  bound: number,
  agents: readonly number[],
  { seeds, inverseWeights, thresholds }: Weighted,
): Uint32Array {
  const limits = new Uint32Array(seeds.length).fill(NEVER);
  const byWeight = new Map<number, number>();
  for (const at of agents) {
    const limit = byWeight.get(inverseWeights[at]) ?? lastHashOf(bound, inverseWeights[at]);
    byWeight.set(inverseWeights[at], limit);
    limits[at] = Math.max(limit, thresholds[at] - 1);
  }
  return limits;
}

/** Returns the cost below which the expected number of agents that admit a target is `wanted`. */
function costBound(wanted: number, agents: readonly number[], { inverseWeights, thresholds }: Weighted): number {
  const groups = new Map<string, { weight: number; admitted: number; size: number }>();
  for (const at of agents) {
    const name = `${inverseWeights[at]} ${thresholds[at]}`;
    const known = groups.get(name);
    if (known !== undefined) known.size++;
    else groups.set(name, { weight: 1 / inverseWeights[at], admitted: 1 - thresholds[at] / HASHES, size: 1 });
  }
  const all = [...groups.values()];
  const passing = (cost: number): number =>
    all.reduce((sum, { weight, admitted, size }) => sum + size * Math.min(admitted, -Math.expm1(-weight * cost)), 0);
  if (passing(Infinity) <= wanted) return Infinity;
  let low = 0;
  let high = 1 / Math.max(...all.map(({ weight }) => weight));
  while (passing(high) < wanted) high *= 2;
  for (let step = 0; step < BISECTIONS; step++) {
    const middle = (low + high) / 2;
    if (passing(middle) < wanted) low = middle;
    else high = middle;
  }
  return high;
}

/** Returns the highest hash whose cost is not below the bound. */
function lastHashOf(bound: number, inverseWeight: number): number {
  let low = 0;
  let high = HASHES;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (costOf(middle, inverseWeight) >= bound) low = middle;
    else high = middle;
  }
  return low;
}
