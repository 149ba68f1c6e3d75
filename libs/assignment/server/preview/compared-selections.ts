import { setImmediate as nextTurn } from 'node:timers/promises';
import type { PlacementReason } from '@icmp-mon/assignment/contract';
import { exceeds } from '../admission';
import { selectAgents } from '../assign';
import type { StoredPools } from '../candidate-agents';
import { CapacitySolver, type SolvedTier, type TargetColumns } from '../capacity-solver';
import { isRefusedByAll, shortfallOf } from '../shortfall';

/** Targets that are compared in one turn of the event loop: the API answers other requests between them. */
const TARGETS_PER_TURN = 500;
/** Keys in the sample of a reason. */
const SAMPLE_MAX = 10;

export interface AgentLoad {
  targets: number;
  pps: number;
}

interface UnplacedKeys {
  count: number;
  keys: number[];
  /** Number that the tier asks for: of agents, regions or providers. */
  wanted: number;
}

export interface Comparison {
  moved: number;
  before: ReadonlyMap<string, AgentLoad>;
  after: ReadonlyMap<string, AgentLoad>;
  /** Number of targets that an agent would lose. */
  lost: ReadonlyMap<string, number>;
  unplaced: ReadonlyMap<PlacementReason, UnplacedKeys>;
}

/** Tiers and agents, and for each target the index of its tier in the order of `tiers`. */
export interface Situation {
  pools: StoredPools;
  tiers: readonly string[];
  targetTiers: number[];
}

/**
 * Selects agents for all targets in two situations. `concerned` is the index of the tier, in the second one, of which the unplaced targets
 * are counted. Lets other work of the process run in between.
 */
export async function compareSelections(
  columns: Omit<TargetColumns, 'tiers'>,
  [was, is]: readonly [Situation, Situation],
  concerned: ReadonlySet<number>,
): Promise<Comparison> {
  const [first, second] = [await solved(columns, was), await solved(columns, is)];
  const before = new Map<string, AgentLoad>();
  const after = new Map<string, AgentLoad>();
  const lost = new Map<string, number>();
  const unplaced = new Map<PlacementReason, UnplacedKeys>();
  let moved = 0;
  for (let at = 0; at < columns.keys.length; at++) {
    if (at % TARGETS_PER_TURN === 0) await nextTurn();
    const target = { key: columns.keys[at], ip: columns.ips[at], registeredAtMs: columns.registeredAtMs[at] };
    const old = selected(first[was.targetTiers[at]], target, before);
    const tier = second[is.targetTiers[at]];
    const now = selected(tier, target, after);
    if (old.length > 0 && old.join() !== now.join()) {
      moved++;
      const kept = new Set(now);
      for (const id of old) if (!kept.has(id)) lost.set(id, (lost.get(id) ?? 0) + 1);
    }
    if (!concerned.has(at)) continue;
    const shortfall = shortfallOf(target, tier.pool);
    if (shortfall === null) continue;
    const known = unplaced.get(shortfall.reason) ?? { count: 0, keys: [], wanted: shortfall.wanted };
    known.count++;
    if (known.keys.length < SAMPLE_MAX) known.keys.push(target.key);
    unplaced.set(shortfall.reason, known);
  }
  return { moved, before, after, lost, unplaced };
}

/** Returns the tiers with the thresholds that all targets together need. */
async function solved(
  columns: Omit<TargetColumns, 'tiers'>,
  { pools, tiers, targetTiers }: Situation,
): Promise<SolvedTier[]> {
  const solvedTiers = tiers.flatMap((name) => {
    const pool = pools.byTier.get(name);
    return pool === undefined ? [] : [{ pool, pps: pools.targetPps.get(name) ?? 0 }];
  });
  const pps = targetTiers.reduce((sum, tier) => sum + solvedTiers[tier].pps, 0);
  // No agent can be above its capacity, although it had all targets.
  if (!exceeds(pps, Math.min(...pools.capacities.values()))) return solvedTiers;
  const solver = new CapacitySolver(solvedTiers, { ...columns, tiers: targetTiers }, pools.capacities);
  const steps = solver.raiseInSteps();
  while (steps.next().done !== true) await nextTurn();
  return solvedTiers;
}

function selected(
  { pool, pps }: SolvedTier,
  target: { key: number; ip: string; registeredAtMs: number },
  loads: Map<string, AgentLoad>,
): string[] {
  selectAgents(target.key, target.ip, target.registeredAtMs, pool);
  const { chosen, chosenCount } = pool.scratch;
  const isProbed = !isRefusedByAll(pool);
  const ids: string[] = [];
  for (let at = 0; at < chosenCount; at++) {
    const id = pool.ids[chosen[at]];
    ids.push(id);
    const load = loads.get(id) ?? { targets: 0, pps: 0 };
    load.targets++;
    if (isProbed) load.pps += pps;
    loads.set(id, load);
  }
  return ids;
}
