import { BUILT_IN_TIERS, POLICY_MEMBERS, type TierPolicy } from '@icmp-mon/tiers/contract';
import { Refusal } from '../api/refusal';
import { readJsonObject } from '../input';
import { nothingToSet } from '../options';
import type { Session } from '../session';

/** Members of a tier that its policy does not have; a file may have them. */
const OTHER_MEMBERS = ['name', 'builtIn', 'version', 'targetCount', 'successor'];

/** Returns the policy of a new tier: of the file, or of the tier standard with what options set. */
export async function newPolicy(session: Session): Promise<object> {
  const policy = (await policyOfFile(session)) ?? structuredClone(BUILT_IN_TIERS.standard);
  return withOptions(session, policy);
}

/**
 * Returns the new policy of a tier: of the file, or the current one with what options set.
 * @throws UsageError when nothing is set
 */
export async function changedPolicy(session: Session, current: TierPolicy): Promise<object> {
  const policy = (await policyOfFile(session)) ?? policyOf(current);
  const changed = withOptions(session, policy);
  if (session.asked.text('file') === undefined && JSON.stringify(changed) === JSON.stringify(policyOf(current)))
    throw nothingToSet(session);
  return changed;
}

async function policyOfFile({ asked }: Session): Promise<TierPolicy | undefined> {
  const file = asked.text('file');
  if (file === undefined) return undefined;
  const found = await readJsonObject(file, 'file of the policy');
  const unknown = Object.keys(found).filter((name) => ![...POLICY_MEMBERS, ...OTHER_MEMBERS].includes(name));
  if (unknown.length > 0)
    throw new Refusal(`${file} has unknown members: ${unknown.join(', ')}. A policy has ${POLICY_MEMBERS.join(', ')}.`);
  return policyOf(found as unknown as TierPolicy);
}

/** Returns the policy of a tier alone. */
export function policyOf({
  probeIntervalMs,
  probeTimeoutMs,
  checks,
  agentSelection,
  verdictRule,
}: TierPolicy): TierPolicy {
  return { probeIntervalMs, probeTimeoutMs, checks, agentSelection, verdictRule };
}

function withOptions({ asked }: Session, policy: TierPolicy): object {
  const [intervalMs, timeoutMs, agents] = ['interval-ms', 'timeout-ms', 'agents'].map((name) => asked.number(name));
  const [misses, successes] = ['misses', 'successes'].map((name) => asked.number(name));
  return {
    ...policy,
    ...(intervalMs !== undefined && { probeIntervalMs: intervalMs }),
    ...(timeoutMs !== undefined && { probeTimeoutMs: timeoutMs }),
    ...(agents !== undefined && {
      agentSelection: { ...policy.agentSelection, strategy: 'distributed', count: agents },
    }),
    ...((misses ?? successes) !== undefined && {
      verdictRule: {
        ...policy.verdictRule,
        ...(misses !== undefined && { missesToFail: misses }),
        ...(successes !== undefined && { successesToRecover: successes }),
      },
    }),
  };
}
