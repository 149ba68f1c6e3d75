import type { PlannedTarget } from '../schedule/target-plan';
import type { AssignmentState } from '../sync/assignment-state';
import type { TraceTarget } from './trace-targets';

/** Of a gateway of an earlier release, which does not send the tier's rule. */
const MISSES_TO_FAIL = 3;

/**
 * Yields the targets of a plan for the schedule of traces. A target is judged by its first check, which is its ping if it has one; one that must
 * not answer is no path to anything.
 */
export function* traceTargetsOf(
  plan: readonly PlannedTarget[],
  { targets, tiers }: Pick<AssignmentState, 'targets' | 'tiers'>,
): Generator<TraceTarget> {
  let last = -1;
  for (const { key, ip, check, definition } of plan) {
    if (key === last || definition.expect === 'unreachable') continue;
    last = key;
    const tier = tiers.get(targets.get(key)?.tier ?? '');
    yield { key, ip, check, missesToFail: tier?.missesToFail ?? MISSES_TO_FAIL };
  }
}
