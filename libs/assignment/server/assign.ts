import type { AgentSelection } from '@icmp-mon/tiers/contract';
import { addressOf, type PolicyRanges } from './policy-ranges';

/** Properties of an agent on which a selection depends. */
export interface CandidateAgent {
  id: string;
  region: string;
  tags: Record<string, string>;
  /** Whether results can be expected from it: `ready` unless set. */
  readiness?: Readiness;
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
 * - a number: silent or unable since then (ms since 1970), within the hold-down; targets registered later go to other agents
 */
export type Readiness = 'ready' | 'unheard' | 'lost' | 'draining' | number;

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

/** Agents of one tier, prepared for selection: each with a hash of its id, so that a selection costs one 32-bit mix per agent. */
export interface AgentPool {
  ids: readonly string[];
  seeds: Uint32Array;
  readiness: readonly Readiness[];
  /** Distinct policy files, and for each agent the index of its own; -1 if it has reported none. */
  policies: readonly PolicyRanges[];
  policyOf: Int32Array;
  refusedKeys: readonly (ReadonlySet<number> | undefined)[];
  /** Number of agents per target; Infinity means all. */
  count: number;
  // Scratch memory of one selection.
  refuses: Uint8Array;
  ranks: Float64Array;
}

/** Ranks of agents that do not refuse: a lower rank is always selected first; scores decide within a rank. */
const RANK = { ready: 0, draining: 1, lost: 2, unheard: 3, never: Infinity } as const;
/** Greater than any hash. */
const RANK_STEP = 2 ** 33;

/** Prepares the agents that a tier's selection allows. They are sorted by id, so their order in the input has no effect. */
export function agentPool(agents: readonly CandidateAgent[], selection: AgentSelection): AgentPool {
  const eligible = agents.filter((agent) => isEligible(agent, selection)).sort((a, b) => (a.id < b.id ? -1 : 1));
  const policies = [...new Set(eligible.flatMap(({ policy }) => (policy === undefined ? [] : [policy])))];
  const places = new Map(policies.map((policy, at) => [policy, at]));
  return {
    ids: eligible.map(({ id }) => id),
    seeds: Uint32Array.from(eligible, ({ id }) => hashText(id)),
    readiness: eligible.map(({ readiness }) => readiness ?? 'ready'),
    policies,
    policyOf: Int32Array.from(eligible, ({ policy }) => (policy && places.get(policy)) ?? -1),
    refusedKeys: eligible.some(({ refusedKeys }) => refusedKeys) ? eligible.map(({ refusedKeys }) => refusedKeys) : [],
    count: selection.strategy === 'all' ? Infinity : Math.max(0, selection.count),
    refuses: new Uint8Array(eligible.length),
    ranks: new Float64Array(eligible.length),
  };
}

/** Returns whether an agent may probe for a tier: its region is listed (or none is), and it has all required tags and no excluded one. */
export function isEligible(agent: CandidateAgent, selection: AgentSelection): boolean {
  const { regions, requireTags, excludeTags } = selection;
  if (regions.length > 0 && !regions.includes(agent.region)) return false;
  for (const [key, value] of Object.entries(requireTags)) if (agent.tags[key] !== value) return false;
  for (const [key, value] of Object.entries(excludeTags)) if (agent.tags[key] === value) return false;
  return true;
}

/**
 * Selects the agents that probe a target: those of the best rank, and within a rank those with the highest hash over (target, agent). This is
 * rendezvous hashing (Thaler and Ravishankar, 1998), weighted by rank.
 *
 * Invariants:
 * - Deterministic: the result depends only on the arguments, not on the order of agents or on earlier selections.
 * - Minimal movement: an agent that leaves the pool moves only the targets that it had.
 * - Rank first: a ready agent is selected before one that is draining, lost or unheard.
 * - Stable quorum: a lost agent stays selected if no other agent can replace it, so that the number of selected agents, and with it the
 *   quorum, does not shrink.
 * - Refusals: an agent that refuses the address is not eligible, unless all eligible agents refuse it.
 */
export function assign(target: CandidateTarget, pool: AgentPool): Selection {
  noteRefusals(target, pool);
  const willing = choose(target, pool, false);
  const idOf = (at: number): string => pool.ids[at];
  if (willing.length > 0 && !pool.refuses.includes(1)) return { selected: willing.map(idOf), refusedBy: [] };
  const all = choose(target, pool, true);
  return {
    selected: (willing.length > 0 ? willing : all).map(idOf),
    refusedBy: all.filter((at) => pool.refuses[at] === 1).map(idOf),
  };
}

function noteRefusals({ key, ip }: CandidateTarget, { policies, policyOf, refusedKeys, refuses }: AgentPool): void {
  if (policies.length === 0) return;
  const address = addressOf(ip);
  const byPolicy = policies.map((policy) => policy.refusesAddress(address));
  for (let at = 0; at < refuses.length; at++) {
    const isRefused = (policyOf[at] >= 0 && byPolicy[policyOf[at]]) || refusedKeys[at]?.has(key) === true;
    refuses[at] = isRefused ? 1 : 0;
  }
}

/** Returns the indexes of the selected agents, ascending: with the agents that refuse, or without them. */
function choose({ key, registeredAtMs }: CandidateTarget, pool: AgentPool, withRefusing: boolean): number[] {
  const { ids, seeds, readiness, refuses, ranks } = pool;
  let ready = 0;
  for (let at = 0; at < ids.length; at++) {
    const state = readiness[at];
    const isLate = typeof state === 'number' && registeredAtMs >= state;
    if (refuses[at] === 1 && !withRefusing) ranks[at] = RANK.never;
    else ranks[at] = typeof state === 'string' ? RANK[state] : isLate ? RANK.lost : RANK.ready;
    if (ranks[at] === RANK.ready) ready++;
  }
  let candidates = 0;
  for (let at = 0; at < ids.length; at++) {
    // While an agent is ready, a target is not assigned to one that is draining or has never reported.
    if (ready > 0 && (ranks[at] === RANK.draining || ranks[at] === RANK.unheard)) ranks[at] = RANK.never;
    if (ranks[at] !== RANK.never) candidates++;
  }
  const count = Math.min(pool.count, candidates);
  if (count === candidates) return Array.from(ids.keys()).filter((at) => ranks[at] !== RANK.never);
  const bestAt = new Int32Array(count).fill(-1);
  const bestScore = new Float64Array(count).fill(-Infinity);
  const mixedKey = mix(key ^ 0x9e37_79b9);
  for (let at = 0; at < ids.length && count > 0; at++) {
    if (ranks[at] === RANK.never) continue;
    const score = mix(mixedKey ^ seeds[at]) - ranks[at] * RANK_STEP;
    // `>` instead of `>=`, so that with equal scores the lower id stays first.
    if (score > bestScore[count - 1]) insert(bestAt, bestScore, at, score);
  }
  return Array.from(bestAt).sort((a, b) => a - b);
}

function insert(bestAt: Int32Array, bestScore: Float64Array, at: number, score: number): void {
  let place = bestAt.length - 1;
  while (place > 0 && score > bestScore[place - 1]) {
    bestAt[place] = bestAt[place - 1];
    bestScore[place] = bestScore[place - 1];
    place--;
  }
  bestAt[place] = at;
  bestScore[place] = score;
}

// Finaliser of MurmurHash3: each input bit changes about half of the output bits.
function mix(value: number): number {
  let hash = value | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85eb_ca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2_ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

// FNV-1a, finished with the mix above, because ids created at the same time differ in few bits.
function hashText(text: string): number {
  let hash = 0x811c_9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x0100_0193);
  return mix(hash);
}
