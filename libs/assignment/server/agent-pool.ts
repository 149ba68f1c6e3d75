import type { AgentSelection } from '@icmp-mon/tiers/contract';
import { hashText } from './hashes';
import type { PolicyRanges } from './policy-ranges';
import { type ReadyAgents, readyAgents } from './ready-agents';
import { newScratch, type Scratch } from './selection-scratch';

/** Properties of an agent on which a selection depends. */
export interface CandidateAgent {
  id: string;
  region: string;
  /** Empty unless set. */
  provider?: string;
  tags: Record<string, string>;
  /** Whether results can be expected from it: `ready` unless set. */
  readiness?: Readiness;
  /** Since when it is below the minimum version (ms since 1970): targets registered later prefer other ready agents. Not at all unless set. */
  outdatedSinceMs?: number | null;
  /** Packets per second that it can send: its weight, and the limit of its load. Unknown unless set: no limit, and the usual weight. */
  capacityPps?: number | null;
  /** Lowest hash of a pair that the agent admits; 0, which admits every target, unless set. */
  threshold?: number;
  /** Ranges that its policy file allows; undefined until it has reported one. */
  policy?: PolicyRanges | undefined;
  /** Targets that it refuses by key, regardless of the ranges of its policy file. */
  refusedKeys?: ReadonlySet<number> | undefined;
}

/**
 * How far an agent can be relied on.
 * - `ready`: reports and can probe
 * - `unheard`: enrolled, but has never reported
 * - `lost`: silent or unable for longer than the tier's hold-down, or returning and not yet stable
 * - `draining`: probes, but gives its targets to other agents
 * - a number: silent or unable within the hold-down, since then (ms since 1970); targets registered later go to other agents
 */
export type Readiness = 'ready' | 'unheard' | 'lost' | 'draining' | number;

/**
 * Agents of one tier, prepared for selection: each with a hash of its id, so that a selection costs one 32-bit mix per agent. Arrays without
 * another comment are indexed by agent, in the order of their ids.
 */
export interface AgentPool {
  ids: readonly string[];
  seeds: Int32Array;
  inverseWeights: Float64Array;
  /** Changed only by `setThresholds`. */
  thresholds: Float64Array;
  readiness: readonly Readiness[];
  /** Infinity for an agent that is not outdated. */
  outdatedSinceMs: Float64Array;
  /** Indexes of region and provider. */
  regionOf: Int32Array;
  providerOf: Int32Array;
  /** Distinct policy files, and for each agent the index of its own; -1 if it has reported none. */
  policies: readonly PolicyRanges[];
  policyOf: Int32Array;
  refusedKeys: readonly (ReadonlySet<number> | undefined)[];
  /** Number of agents per target; Infinity means all. */
  count: number;
  minRegions: number;
  minProviders: number;
  ready: ReadyAgents;
  scratch: Scratch;
}

/** Weight of an agent of unknown capacity: the packets per second of a policy file that sets none. */
const USUAL_CAPACITY_PPS = 10_000;
/** Weights are rounded to fourths of an octave (19 %), so that a slightly changed capacity moves no targets, and groups are few. */
const STEPS_PER_OCTAVE = 4;
/** Prepares the agents that a tier's selection allows. They are sorted by id, so their order in the input has no effect. */
export function agentPool(agents: readonly CandidateAgent[], selection: AgentSelection): AgentPool {
  const eligible = agents.filter((agent) => isEligible(agent, selection)).sort((a, b) => (a.id < b.id ? -1 : 1));
  const policies = [...new Set(eligible.flatMap(({ policy }) => (policy === undefined ? [] : [policy])))];
  const places = new Map(policies.map((policy, at) => [policy, at]));
  const regionOf = indexesOf(eligible.map(({ region }) => region));
  const providerOf = indexesOf(eligible.map(({ provider }) => provider ?? ''));
  const pool = {
    ids: eligible.map(({ id }) => id),
    seeds: Int32Array.from(eligible, ({ id }) => hashText(id)),
    inverseWeights: Float64Array.from(eligible, (agent) => 1 / weightOf(agent)),
    thresholds: Float64Array.from(eligible, ({ threshold }) => threshold ?? 0),
    readiness: eligible.map(({ readiness }) => readiness ?? 'ready'),
    outdatedSinceMs: Float64Array.from(eligible, ({ outdatedSinceMs }) => outdatedSinceMs ?? Infinity),
    ...{ regionOf, providerOf, policies },
    policyOf: Int32Array.from(eligible, ({ policy }) => (policy && places.get(policy)) ?? -1),
    refusedKeys: eligible.some(({ refusedKeys }) => refusedKeys) ? eligible.map(({ refusedKeys }) => refusedKeys) : [],
    count: selection.strategy === 'all' ? Infinity : Math.max(0, selection.count),
    minRegions: selection.diversity.minRegions,
    minProviders: selection.diversity.minProviders,
  };
  return { ...pool, ready: readyAgents(pool), scratch: newScratch(eligible.length, policies.length) };
}

/** Sets the admission thresholds of these agents, by id; others keep theirs. See `admission.ts`. */
export function setThresholds(pool: AgentPool, thresholds: ReadonlyMap<string, number>): void {
  pool.ids.forEach((id, at) => (pool.thresholds[at] = thresholds.get(id) ?? pool.thresholds[at]));
  pool.ready = readyAgents(pool);
}

/** Returns whether an agent may probe for a tier: its region is listed (or none is), and it has all required tags and no excluded one. */
export function isEligible(agent: CandidateAgent, selection: AgentSelection): boolean {
  const { regions, requireTags, excludeTags } = selection;
  if (regions.length > 0 && !regions.includes(agent.region)) return false;
  for (const [key, value] of Object.entries(requireTags)) if (agent.tags[key] !== value) return false;
  for (const [key, value] of Object.entries(excludeTags)) if (agent.tags[key] === value) return false;
  return true;
}

/** An agent that has never reported has the usual weight, because nothing is known about it yet. */
function weightOf({ capacityPps, readiness }: CandidateAgent): number {
  const pps = readiness === 'unheard' ? USUAL_CAPACITY_PPS : Math.max(1, capacityPps ?? USUAL_CAPACITY_PPS);
  return 2 ** (Math.round(Math.log2(pps) * STEPS_PER_OCTAVE) / STEPS_PER_OCTAVE);
}

function indexesOf(texts: readonly string[]): Int32Array {
  const places = new Map([...new Set(texts)].map((text, at) => [text, at]));
  return Int32Array.from(texts, (text) => places.get(text) ?? 0);
}
