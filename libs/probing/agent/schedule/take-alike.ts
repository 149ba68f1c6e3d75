import { packetsPerProbe } from '@icmp-mon/probing/contract';
import { pingOptionsKey } from '../executors/ping-options';
import type { ScheduledTarget } from './schedule';
import type { DueTarget } from './slice-order';

/**
 * Takes targets that one slice can probe from the head of a queue: with the timeout and the options of the first one, at most `countMax`
 * packets of a ping, and as many as `packetsMax` packets allow, but at least one. With `only` targets that are due with that target.
 * Drops removed targets.
 */
export function takeAlike(
  queue: ScheduledTarget[],
  countMax: number,
  packetsMax: number,
  only: DueTarget | null = null,
): ScheduledTarget[] {
  const taken: ScheduledTarget[] = [];
  const rest: ScheduledTarget[] = [];
  let most = 1;
  for (const target of queue) {
    if (target.removed) continue;
    const first = taken[0];
    if (only !== null && !isOfSlice(target, only)) rest.push(target);
    else if (first === undefined) {
      const { definition } = target;
      most = Math.min(countMax / (definition.packets ?? 1), packetsMax / packetsPerProbe(definition));
      taken.push(target);
    } else if (taken.length + 1 <= most && isAlike(first, target)) taken.push(target);
    else rest.push(target);
  }
  queue.length = 0;
  for (const target of rest) queue.push(target);
  return taken;
}

function isOfSlice(target: ScheduledTarget, only: DueTarget): boolean {
  return target.sliceMs === only.sliceMs && target.dueAtMs === only.dueAtMs;
}

function isAlike(first: ScheduledTarget, target: ScheduledTarget): boolean {
  if (first.timeoutMs !== target.timeoutMs) return false;
  return (
    first.definition === target.definition || pingOptionsKey(first.definition) === pingOptionsKey(target.definition)
  );
}
