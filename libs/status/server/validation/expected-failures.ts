import type { PolicyEntry } from '@icmp-mon/shard/engine';

const expectedFailures = new WeakMap<PolicyEntry, ReadonlySet<number>>();

/** Returns the numbers of the policy's checks that expect `unreachable`; read once per policy, because results ask for it. */
export function expectedFailuresOf(policy: PolicyEntry): ReadonlySet<number> {
  let numbers = expectedFailures.get(policy);
  if (numbers === undefined) {
    numbers = new Set(policy.checks.filter(({ expect }) => expect === 'unreachable').map(({ check }) => check));
    expectedFailures.set(policy, numbers);
  }
  return numbers;
}
