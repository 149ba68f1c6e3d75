import type { AgentSelection } from '@icmp-mon/tiers/contract';

/** What a selection looks at in an agent. */
export interface CandidateAgent {
  id: string;
  region: string;
  tags: Record<string, string>;
}

/**
 * The agents of one tier, ready to choose from: each with two words of its id, so that a choice costs one 32-bit mix an
 * agent and no allocation but its answer.
 */
export interface AgentPool {
  ids: readonly string[];
  seeds: Uint32Array;
  /** How many agents a target gets. */
  count: number;
}

/** The agents that a tier's selection allows; sorted by id, so that the order in which they came changes nothing. */
export function agentPool(agents: readonly CandidateAgent[], selection: AgentSelection): AgentPool {
  const ids = agents
    .filter((agent) => isEligible(agent, selection))
    .map((agent) => agent.id)
    .sort();
  const seeds = new Uint32Array(ids.length);
  for (let at = 0; at < ids.length; at++) seeds[at] = hashText(ids[at]);
  const count = selection.strategy === 'all' ? ids.length : Math.min(Math.max(0, selection.count), ids.length);
  return { ids, seeds, count };
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
 * The agents that probe a target, sorted by id: those with the highest scores of a hash over (target, agent), known as
 * rendezvous hashing (Thaler and Ravishankar, 1998). Depends on nothing but its arguments; an agent that leaves the pool
 * moves only the targets that it had.
 */
export function assign(targetKey: number, { ids, seeds, count }: AgentPool): string[] {
  if (count === ids.length) return ids.slice();
  if (count === 0) return [];
  const bestAt = new Int32Array(count).fill(-1);
  const bestScore = new Float64Array(count).fill(-1);
  const mixedKey = mix(targetKey ^ 0x9e37_79b9);
  for (let at = 0; at < seeds.length; at++) {
    const score = mix(mixedKey ^ seeds[at]);
    // Equal scores keep the lower id first: `>` and not `>=`.
    if (score > bestScore[count - 1]) insert(bestAt, bestScore, at, score);
  }
  return Array.from(bestAt)
    .sort((a, b) => a - b)
    .map((at) => ids[at]);
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
