import {
  type AgentPool,
  agentPool,
  CapacitySolver,
  type CandidateAgent,
  mix,
  PolicyRanges,
  selectAgents,
  type TargetColumns,
} from '@icmp-mon/assignment/server';
import type { AgentSelection } from '@icmp-mon/tiers/contract';
import type { BenchContext, BenchResult } from './bench';
import { addressOf } from './inventory';
import { type Round, rounded, runPairs } from './pairs';

const TARGETS = 100_000;
const AGENTS = 100;
const REGIONS = 10;
const PROVIDERS = 13;
/** Number of further agents, with the tag that the tier excludes. */
const EXCLUDED_AGENTS = 10;
const INTERVAL_S = 15;
/** One sweep takes some hundredths of a second, too short to be compared alone. */
const SWEEPS = 20;
const SWEEPS_QUICK = 5;
/** Capacities by agent, in turn: together 1.6 times what is needed, and 1.09 times, where a third of the agents is full. */
const AMPLE_PPS = [150, 300, 500];
const SCARCE_PPS = [118, 234, 304];
const SELECTION: AgentSelection = {
  ...{ strategy: 'distributed', count: 3, regions: [] },
  requireTags: { network: 'public' },
  excludeTags: { stage: 'trial' },
  diversity: { minRegions: 2, minProviders: 2 },
};

/**
 * Selects 3 of 100 agents for each of 100,000 targets, with tags, diversity by region and provider, policy files, weights by capacity and
 * admission thresholds: milliseconds of CPU. Reference: 10,000,000 plain 32-bit mixes, one for each target and agent. Then, with ample and
 * with scarce capacity, for each of ten agents: the targets whose selection changes when it is lost, or removed permanently, divided by the number
 * that it had.
 */
export async function run(context: BenchContext): Promise<BenchResult> {
  const targets = makeTargets();
  const ample = solve(fleet(AMPLE_PPS), targets);
  const scarce = solve(fleet(SCARCE_PPS), targets);
  const sweeps = context.quick ? SWEEPS_QUICK : SWEEPS;
  const result = await runPairs(context, {
    name: 'assign',
    unit: 'ms of CPU',
    product: () => Promise.resolve(timed(sweeps, () => sweep(scarce, targets))),
    reference: () => Promise.resolve(timed(sweeps, () => mixAll(targets, scarce))),
  });
  const solveMs = rounded(timed(1, () => solve(fleet(SCARCE_PPS), targets).count).value);
  const full = scarce.thresholds.filter((threshold) => threshold > 0).length;
  const moved = {
    movedRatio: movedRatio(context, AMPLE_PPS, ample, targets, 'lost'),
    movedRatioScarce: movedRatio(context, SCARCE_PPS, scarce, targets, 'lost'),
    movedRatioRemoved: movedRatio(context, SCARCE_PPS, scarce, targets, 'removed'),
  };
  context.printLine(
    `assign: targets moved for each that the agent had: ${moved.movedRatio} after a loss with ample capacity, ` +
      `${moved.movedRatioScarce} with ${full} of ${AGENTS} agents full; ${moved.movedRatioRemoved} after a removal; ` +
      `thresholds for all targets in ${solveMs} ms of CPU`,
  );
  return { ...result, ...moved, fullAgents: full, solveMs };
}

function makeTargets(): TargetColumns {
  const numbers = Array.from({ length: TARGETS }, (_, at) => at);
  return {
    keys: numbers.map((at) => at + 1),
    ips: numbers.map(addressOf),
    registeredAtMs: numbers.map(() => 0),
    tiers: numbers.map(() => 0),
  };
}

/** Agents that match the tier's tags, and further ones that do not. */
function fleet(capacities: readonly number[]): CandidateAgent[] {
  const policy = new PolicyRanges({
    ...{ allow: null, deny: ['0.0.0.0/8', '169.254.0.0/16', '224.0.0.0/4', 'fe80::/10', 'ff00::/8'] },
    ...{ stopped: false, packetsPerSecond: 1 },
  });
  return Array.from({ length: AGENTS + EXCLUDED_AGENTS }, (_, at) => ({
    id: `0193a0c0-0000-7000-8000-${String(at).padStart(12, '0')}`,
    ...{ region: `region-${at % REGIONS}`, provider: `provider-${(at * 7) % PROVIDERS}`, policy },
    capacityPps: capacities[at % capacities.length],
    tags: { network: 'public', stage: at < AGENTS ? 'live' : 'trial' },
  }));
}

/** Prepares the agents and raises their thresholds until each can carry its targets. */
function solve(agents: readonly CandidateAgent[], targets: TargetColumns): AgentPool {
  const pool = agentPool(agents, SELECTION);
  const capacities = new Map(agents.map(({ id, capacityPps }) => [id, capacityPps ?? Infinity]));
  new CapacitySolver([{ pool, pps: 1 / INTERVAL_S }], targets, capacities).raiseThresholds();
  return pool;
}

function sweep(pool: AgentPool, { keys, ips, registeredAtMs }: TargetColumns): number {
  let sum = 0;
  for (let at = 0; at < keys.length; at++) {
    selectAgents(keys[at], ips[at], registeredAtMs[at], pool);
    sum += pool.scratch.chosen[0];
  }
  return sum;
}

function mixAll({ keys }: TargetColumns, { seeds }: AgentPool): number {
  let sum = 0;
  for (let at = 0; at < keys.length; at++) {
    for (let agent = 0; agent < seeds.length; agent++) sum ^= mix(keys[at] ^ seeds[agent]);
  }
  return sum;
}

/** Returns the mean CPU time of a sweep in ms; a sum keeps the compiler from leaving the work out. */
function timed(times: number, work: () => number): Round {
  const started = process.cpuUsage();
  let sum = 0;
  for (let time = 0; time < times; time++) sum += work();
  const { user } = process.cpuUsage(started);
  const value = user / 1_000 / times;
  return sum === 0 ? { value, fault: 'nothing was computed' } : { value };
}

/** Returns the targets that move when an agent is lost, or removed, divided by the number that it had; for each of some agents. */
function movedRatio(
  { quick }: BenchContext,
  capacities: readonly number[],
  pool: AgentPool,
  targets: TargetColumns,
  change: 'lost' | 'removed',
): number {
  const before = selections(pool, targets);
  let had = 0;
  let moved = 0;
  for (const lost of pool.ids.filter((_, at) => at % (quick ? 50 : 11) === 0)) {
    // Thresholds continue.
    const kept = fleet(capacities).map((agent) => ({
      ...agent,
      threshold: pool.thresholds[pool.ids.indexOf(agent.id)] ?? 0,
      readiness: agent.id === lost ? ('lost' as const) : ('ready' as const),
    }));
    const agents = change === 'lost' ? kept : kept.filter(({ id }) => id !== lost);
    const after = selections(solve(agents, targets), targets);
    had += before.filter((ids) => ids.includes(lost)).length;
    moved += after.filter((ids, at) => ids !== before[at]).length;
  }
  return rounded(moved / had);
}

function selections(pool: AgentPool, { keys, ips, registeredAtMs }: TargetColumns): string[] {
  return keys.map((key, at) => {
    selectAgents(key, ips[at], registeredAtMs[at], pool);
    return Array.from(pool.scratch.chosen.subarray(0, pool.scratch.chosenCount), (agent) => pool.ids[agent]).join();
  });
}
