import type { AgentPool } from './agent-pool';
import { HASHES } from './hashes';
import { refusesTarget } from './refusals';
import type { Scratch } from './selection-scratch';
import { passing } from './shortlist/shortlist';

/** Begins a choice: nothing is chosen, no region and no provider is covered. */
export function beginChoice(scratch: Scratch): void {
  scratch.chosenCount = 0;
  scratch.mark++;
}

/** Sorts the chosen agents by index. */
export function finishSelection({ chosen, chosenCount }: Scratch): void {
  for (let at = 1; at < chosenCount; at++) {
    const agent = chosen[at];
    let place = at;
    while (place > 0 && chosen[place - 1] > agent) {
      chosen[place] = chosen[place - 1];
      place--;
    }
    chosen[place] = agent;
  }
}

/** Stores which of the chosen agents refuse the target, by index. */
export function noteRefusing({ key, ip }: { key: number; ip: string }, pool: AgentPool): void {
  const { scratch } = pool;
  finishSelection(scratch);
  scratch.refusingCount = 0;
  for (let at = 0; at < scratch.chosenCount; at++) {
    const agent = scratch.chosen[at];
    if (refusesTarget(pool, agent, key, ip)) scratch.refusing[scratch.refusingCount++] = agent;
  }
}

/** Part of the hashes for which the logarithm is approximated. */
const NEAR = 0.25;

/**
 * Returns the cost of an agent for a target from the hash of the pair; the agents with the lowest costs are selected. It is -ln(hash) / weight,
 * an exponentially distributed number, so that each agent is first with a probability in proportion to its weight. With equal weights the
 * highest hashes are selected. Of the highest hashes, which decide between many agents, the logarithm is a Padé approximant (error below 0.1 %).
 */
export function costOf(hash: number, inverseWeight: number): number {
  const distance = (HASHES - hash) / HASHES;
  if (distance < NEAR) return ((distance * (6 - distance)) / (6 - 4 * distance)) * inverseWeight;
  return -Math.log(1 - distance) * inverseWeight;
}

/** Makes candidates of the agents that pass, with their costs. */
export function priceCandidates({ scratch, inverseWeights }: AgentPool, found: number, keysPerCost: number): void {
  const { candidates, costs, keys } = scratch;
  const { agents, hashes } = passing;
  for (let at = 0; at < found; at++) {
    const agent = agents[at];
    const cost = costOf(hashes[agent], inverseWeights[agent]);
    candidates[at] = agent;
    costs[at] = cost;
    keys[at] = cost * keysPerCost;
  }
}

/**
 * Chooses those `wanted` of the candidates that have the lowest costs, in their order. Counts for each candidate how many have a lower cost,
 * without a branch, because the order of costs cannot be predicted. Returns false if costs are too close to be compared as integers.
 */
export function chooseLowest({ candidates, keys, chosen }: Scratch, found: number, wanted: number): boolean {
  let kept = 0;
  for (let at = 0; at < found; at++) {
    const key = keys[at];
    let above = -wanted;
    for (let other = 0; other < found; other++) above += (keys[other] - key) >>> 31;
    chosen[kept] = candidates[at];
    kept += above >>> 31;
  }
  return kept === wanted;
}

/** Sorts candidates by cost, the lowest first; of equal ones, the lower index first. */
export function sortByCost({ candidates, costs }: Scratch, count: number): void {
  for (let at = 1; at < count; at++) {
    const cost = costs[at];
    const agent = candidates[at];
    let place = at;
    while (place > 0 && (costs[place - 1] > cost || (costs[place - 1] === cost && candidates[place - 1] > agent))) {
      costs[place] = costs[place - 1];
      candidates[place] = candidates[place - 1];
      place--;
    }
    costs[place] = cost;
    candidates[place] = agent;
  }
}
