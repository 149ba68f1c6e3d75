import { UsageError } from '@icmp-mon/platform/command-line';
import { BUILT_IN_TIERS, type TierPolicy } from '@icmp-mon/tiers/contract';
import { Refusal } from '../api/refusal';
import { readJsonFile } from '../input';
import type { Session } from '../session';

/** Members of a policy; a file may have those of a tier as well. */
const MEMBERS = [
  'probeIntervalMs',
  'probeTimeoutMs',
  'checks',
  'agentSelection',
  'verdictRule',
] as const satisfies (keyof TierPolicy)[];
const OTHER_MEMBERS = ['name', 'builtIn', 'version', 'targetCount', 'successor'];

/** Returns the policy of a new tier: of the file, or of the tier standard with what options set. */
export async function newPolicy(session: Session): Promise<object> {
  const policy = (await policyOfFile(session)) ?? structuredClone(BUILT_IN_TIERS.standard);
  return withOptions(session, policy as TierPolicy);
}

/**
 * Returns the new policy of a tier: of the file, or the current one with what options set.
 * @throws UsageError when nothing is set
 */
export async function changedPolicy(session: Session, current: TierPolicy): Promise<object> {
  const policy = (await policyOfFile(session)) ?? membersOf(current);
  const changed = withOptions(session, policy as TierPolicy);
  if (session.asked.text('file') === undefined && JSON.stringify(changed) === JSON.stringify(membersOf(current)))
    throw new UsageError('Nothing to change. Name what to set: icmpmon tiers set --help');
  return changed;
}

async function policyOfFile({ asked }: Session): Promise<object | undefined> {
  const file = asked.text('file');
  if (file === undefined) return undefined;
  const found = await readJsonFile(file, 'file of the policy');
  if (typeof found !== 'object' || found === null || Array.isArray(found))
    throw new Refusal(`${file} contains no JSON object.`);
  const unknown = Object.keys(found).filter((name) => ![...MEMBERS, ...OTHER_MEMBERS].includes(name));
  if (unknown.length > 0)
    throw new Refusal(`${file} has unknown members: ${unknown.join(', ')}. A policy has ${MEMBERS.join(', ')}.`);
  return membersOf(found as TierPolicy);
}

const membersOf = (policy: TierPolicy): object =>
  Object.fromEntries(MEMBERS.filter((name) => name in policy).map((name) => [name, policy[name]]));

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
