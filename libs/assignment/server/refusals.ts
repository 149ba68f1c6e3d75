import type { AgentPool } from './agent-pool';
import { addressOf } from './policy-ranges';

const UNKNOWN = -1;

/** Forgets what the policy files decided on the target before. */
export function forgetDecisions({ scratch }: AgentPool): void {
  const { decisions } = scratch;
  // A loop, because `fill` takes longer for few elements.
  for (let at = 0; at < decisions.length; at++) decisions[at] = UNKNOWN;
}

/** Returns whether the agent refuses the target: by the ranges of its policy file, each of which decides once per target, or by key. */
export function refusesTarget(pool: AgentPool, agent: number, key: number, ip: string): boolean {
  const policy = pool.policyOf[agent];
  if (policy >= 0) {
    const { decisions } = pool.scratch;
    if (decisions[policy] === UNKNOWN) decisions[policy] = pool.policies[policy].refusesAddress(addressOf(ip)) ? 1 : 0;
    if (decisions[policy] === 1) return true;
  }
  return pool.refusedKeys[agent]?.has(key) === true;
}
