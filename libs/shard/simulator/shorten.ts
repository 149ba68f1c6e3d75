import type { Plan } from './plan';

/** Returns a minimal plan that still fails: fewer faults, projectors and shards, shorter, fewer targets. */
export async function shorten(plan: Plan, fails: (candidate: Plan) => Promise<boolean>): Promise<Plan> {
  let shortest = plan;
  for (let changed = true; changed;) {
    changed = false;
    for (const candidate of shorterOnes(shortest)) {
      if (!(await fails(candidate))) continue;
      shortest = candidate;
      changed = true;
      break;
    }
  }
  return shortest;
}

function* shorterOnes(plan: Plan): Generator<Plan> {
  const { faults, hostStartsMs } = plan;
  if (faults.length > 3) yield { ...plan, faults: faults.slice(0, faults.length >> 1) };
  if (faults.length > 3) yield { ...plan, faults: faults.slice(faults.length >> 1) };
  if (hostStartsMs.length > 1) yield { ...plan, hostStartsMs: hostStartsMs.slice(0, -1) };
  if (plan.shards > 1) yield { ...plan, shards: plan.shards - 1 };
  if (plan.seconds > 10) yield { ...plan, seconds: Math.floor(plan.seconds / 2) };
  if (plan.inventoryChanges > 0) yield { ...plan, inventoryChanges: plan.inventoryChanges - 1 };
  if (plan.targets > 1) yield { ...plan, targets: plan.targets - 1 };
  for (const at of faults.keys()) yield { ...plan, faults: faults.toSpliced(at, 1) };
  if (plan.seconds > 1) yield { ...plan, seconds: plan.seconds - 1 };
}
