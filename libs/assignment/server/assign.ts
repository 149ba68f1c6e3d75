import type { AgentSelection } from '@icmp-mon/tiers/contract';
import { addressOf, type PolicyRanges } from './policy-ranges';

/** What a selection looks at in an agent. */
export interface CandidateAgent {
  id: string;
  region: string;
  tags: Record<string, string>;
  /** Whether results can be expected of it: `READY` unless set. */
  readiness?: Readiness;
  /** What its local policy allows; undefined until it has reported one. */
  policy?: PolicyRanges | undefined;
  /** Targets that it refuses whatever its policy's ranges say. */
  refusedKeys?: ReadonlySet<number> | undefined;
}

/**
 * - `ready`: heard, and able to probe
 * - `unheard`: enrolled, and never heard
 * - `lost`: not heard or not able for longer than the tier's hold-down, or back and not yet stable
 * - `draining`: measures, and is to give its targets away
 * - a number: not heard or not able since then (ms since 1970), within the hold-down: targets registered later go elsewhere
 */
export type Readiness = 'ready' | 'unheard' | 'lost' | 'draining' | number;

export interface CandidateTarget {
  key: number;
  ip: string;
  registeredAtMs: number;
}

export interface Selection {
  /** Ids of the agents that probe it, sorted. */
  selected: string[];
  /** Those that their policies keep from it, sorted: of the selected ones, when all that are eligible refuse. */
  refusedBy: string[];
}

/** The agents of one tier, ready to choose from: each with two words of its id, so that a choice costs one 32-bit mix an agent. */
export interface AgentPool {
  ids: readonly string[];
  seeds: Uint32Array;
  readiness: readonly Readiness[];
  /** Distinct policies, and for each agent the place of its own; -1 where it has reported none. */
  policies: readonly PolicyRanges[];
  policyOf: Int32Array;
  refusedKeys: readonly (ReadonlySet<number> | undefined)[];
  /** How many agents a target gets; Infinity is all. */
  count: number;
  // Scratch of one choice.
  refuses: Uint8Array;
  ranks: Float64Array;
}

/** Among agents that do not refuse, a lower rank is always chosen first; hashes decide within a rank. */
const RANK = { ready: 0, draining: 1, lost: 2, unheard: 3, never: Infinity } as const;
/** More than any hash. */
const RANK_STEP = 2 ** 33;

/** The agents that a tier's selection allows; sorted by id, so that the order in which they came changes nothing. */
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

/** Whether an agent may probe for a tier: its region is listed (or none is), it has all tags required and none excluded. */
export function isEligible(agent: CandidateAgent, selection: AgentSelection): boolean {
  const { regions, requireTags, excludeTags } = selection;
  if (regions.length > 0 && !regions.includes(agent.region)) return false;
  for (const [key, value] of Object.entries(requireTags)) if (agent.tags[key] !== value) return false;
  for (const [key, value] of Object.entries(excludeTags)) if (agent.tags[key] === value) return false;
  return true;
}

/**
 * The agents that probe a target: those with the highest scores of a hash over (target, agent), known as rendezvous hashing
 * (Thaler and Ravishankar, 1998). Depends on nothing but its arguments; an agent that leaves the pool moves only the
 * targets that it had. Agents that are ready go first. A lost agent keeps its place where no other can take it, so that the
 * number of agents selected, and with it the quorum, does not shrink. Agents that refuse the address count as not eligible,
 * unless all do.
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

/** The places of those chosen, rising: with those that refuse, or without them. */
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
    // Where one is ready, nothing waits for an agent that is to give its targets away or that was never heard.
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
    // Equal scores keep the lower id first: `>` and not `>=`.
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

// The finaliser of MurmurHash3: every bit of the input changes about half of the output's.
function mix(value: number): number {
  let hash = value | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85eb_ca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2_ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

// FNV-1a, finished by the mix above because ids of one moment differ in few bits.
function hashText(text: string): number {
  let hash = 0x811c_9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x0100_0193);
  return mix(hash);
}
