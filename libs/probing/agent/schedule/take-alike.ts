import type { ScheduledTarget } from './schedule';

/** Takes targets with the timeout of the first one from the head of a queue, at most `countMax`; drops removed targets. */
export function takeAlike(queue: ScheduledTarget[], countMax: number): ScheduledTarget[] {
  const taken: ScheduledTarget[] = [];
  const rest: ScheduledTarget[] = [];
  for (const target of queue) {
    if (target.removed) continue;
    const alike = taken[0] === undefined || taken[0].timeoutMs === target.timeoutMs;
    if (alike && taken.length < countMax) taken.push(target);
    else rest.push(target);
  }
  queue.length = 0;
  for (const target of rest) queue.push(target);
  return taken;
}
