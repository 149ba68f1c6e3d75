import type { AgentPool, Readiness } from './agent-pool';
import { HASHES } from './hashes';
import { costOf } from './selection-steps';
import { NEVER, SHORTLIST_AGENTS_MAX, type ShortlistAgents } from './shortlist/shortlist';

/** Ready and lost agents, prepared for the usual case of a selection: hashes that they must exceed to be worth a closer look, first and again. */
export interface ReadyAgents extends ShortlistAgents {
  /** Number of these agents; 0 if there are too many for a shortlist. */
  agents: number;
  /** Whether agents are lost, or silent within their hold-down. They are shortlisted like ready ones: a target that would have one of them is not the usual case. */
  hasLost: boolean;
  /** Factors of `rankKey` for agents that pass the limits, and the wider ones. */
  keysPerCost: number;
  widerKeysPerCost: number;
  /** Demands of diversity that these agents can meet. */
  minRegions: number;
  minProviders: number;
  /** Numbers of regions and providers of the ready ones. */
  regions: number;
  providers: number;
  /** Targets registered from this time on do not count agents as ready that are silent within their hold-down, or outdated. */
  untilMs: number;
}

/** Number of agents that should pass the limits beyond the selected ones; wider limits apply if too few pass. Chosen by measurement. */
const SPARE = 4;
const SPARE_WIDER = 12;
const BISECTIONS = 40;
/** Costs are compared as integers below this number. */
const KEYS = 2 ** 30;

export function readyAgents(pool: Omit<AgentPool, 'ready' | 'scratch'>): ReadyAgents {
  const { readiness, outdatedSinceMs, count, regionOf, providerOf, seeds } = pool;
  const silent = readiness.filter((each) => typeof each === 'number');
  const ready = agentsWhere(readiness, (each) => each === 'ready' || typeof each === 'number');
  const usual = agentsWhere(readiness, (each) => each === 'ready' || each === 'lost' || typeof each === 'number');
  const [bound, widerBound] = [SPARE, SPARE_WIDER].map((spare) => costBound(count + spare, usual, pool));
  return {
    agents: seeds.length > SHORTLIST_AGENTS_MAX ? 0 : usual.length,
    hasLost: usual.length > ready.length || silent.length > 0,
    seeds,
    limits: limitsFor(bound, usual, pool),
    widerLimits: limitsFor(widerBound, usual, pool),
    keysPerCost: KEYS / bound,
    widerKeysPerCost: KEYS / widerBound,
    minRegions: Math.min(pool.minRegions, count, distinct(usual, regionOf)),
    minProviders: Math.min(pool.minProviders, count, distinct(usual, providerOf)),
    ...{ regions: distinct(ready, regionOf), providers: distinct(ready, providerOf) },
    untilMs: Math.min(...silent, ...ready.map((at) => outdatedSinceMs[at])),
  };
}

function agentsWhere(readiness: readonly Readiness[], matches: (readiness: Readiness) => boolean): number[] {
  return [...readiness.keys()].filter((at) => matches(readiness[at]));
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
