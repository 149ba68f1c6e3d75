import type { AgentPool } from './agent-pool';
import { addressOf } from './policy-ranges';

/** Forgets what the policy files decided on the target before. */
export function forgetDecisions({ scratch }: AgentPool): void {
  scratch.target++;
}

/** Returns whether the agent refuses the target: by the ranges of its policy file, each of which decides once per target, or by key. */
export function refusesTarget(pool: AgentPool, agent: number, key: number, ip: string): boolean {
  const policy = pool.policyOf[agent];
  return (policy >= 0 && policyRefuses(pool, policy, ip)) || pool.refusedKeys[agent]?.has(key) === true;
}

function policyRefuses({ scratch, policies }: AgentPool, policy: number, ip: string): boolean {
  const { allowed, refused, target } = scratch;
  if (allowed[policy] === target) return false;
  if (refused[policy] === target) return true;
  const refuses = policies[policy].refusesAddress(addressOf(ip));
  (refuses ? refused : allowed)[policy] = target;
  return refuses;
}
