import type { AgentState, DrainJobState } from '@icmp-mon/agents/contract';

/** An agent of a rolling drain, with the number of targets that it holds. */
export interface DrainedAgent {
  id: string;
  name: string;
  state: AgentState;
  held: number;
}

export interface DrainPlan {
  drained: DrainedAgent[];
  /** Agents that still hold targets. */
  draining: DrainedAgent[];
  /** Agents that are drained later. */
  waiting: DrainedAgent[];
  /** Agents whose drain was started here and then cancelled, or that were evicted or banned meanwhile. */
  skipped: DrainedAgent[];
  /** Agents to drain now: at most `atOnce` drain at the same time. */
  next: DrainedAgent[];
}

/** Decides the next step of a rolling drain. `started` has the ids of the agents whose drain was started here. */
export function planDrain(agents: readonly DrainedAgent[], started: ReadonlySet<string>, atOnce: number): DrainPlan {
  // A drained agent may be retired before the job ends.
  const inDrain = agents.filter(({ state }) => state === 'draining' || state === 'retired');
  const draining = inDrain.filter(({ held }) => held > 0);
  const waiting = agents.filter(({ id, state }) => state === 'active' && !started.has(id));
  const open = new Set([...inDrain, ...waiting].map(({ id }) => id));
  return {
    drained: inDrain.filter(({ held }) => held === 0),
    draining,
    waiting,
    skipped: agents.filter(({ id }) => !open.has(id)),
    next: waiting.slice(0, Math.max(0, atOnce - draining.length)),
  };
}

/** Formats the progress: `2 of 6 drained, draining fra-3 (120 targets), 3 waiting`. */
export function drainProgress({ drained, draining, waiting, skipped }: DrainPlan): string {
  const total = drained.length + draining.length + waiting.length + skipped.length;
  const current = draining.map(({ name, held }) => `${name} (${held} targets)`);
  return [
    `${drained.length} of ${total} drained`,
    ...(current.length > 0 ? [`draining ${current.join(', ')}`] : []),
    ...(waiting.length > 0 ? [`${waiting.length} waiting`] : []),
    ...(skipped.length > 0
      ? [`not drained: ${skipped.map(({ name, state }) => `${name} is ${state}`).join(', ')}`]
      : []),
  ].join(', ');
}

export interface DrainSituation {
  started: ReadonlySet<string>;
  atOnce: number;
  waitS: number;
  /** Targets that were not placed as their tiers ask at the start of the job, and that are not now. */
  shortBefore: number;
  shortNow: number;
  /** The progress at the last look, and the seconds for which it had not changed. */
  progressBefore: string;
  stillS: number;
}

export interface DrainStep {
  progress: string;
  state: Exclude<DrainJobState, 'cancelled'>;
  /** Why it is paused or stopped, and what to do. */
  why: string | null;
  next: DrainedAgent[];
}

/**
 * Decides the next step of a drain job. It drains no further agent while the targets of the drained ones cannot be placed as their tiers ask,
 * so never more than the capacity of the others allows.
 */
export function nextStep(agents: readonly DrainedAgent[], situation: DrainSituation): DrainStep {
  const { started, atOnce, waitS, shortBefore, shortNow, progressBefore, stillS } = situation;
  const plan = planDrain(agents, started, atOnce);
  const progress = drainProgress(plan);
  if (plan.draining.length === 0 && plan.waiting.length === 0)
    return { progress, state: 'completed', why: null, next: [] };
  if (progress === progressBefore && stillS >= waitS) {
    const why = `No target moved for ${waitS} s: probably no other agent is ready for them (Health, Assignment). Drain the rest again to continue.`;
    return { progress, state: 'stopped', why, next: [] };
  }
  if (shortNow > shortBefore && plan.waiting.length > 0) {
    const why = `${shortNow} targets are not placed as their tiers ask, ${shortBefore} at the start of the job: no further agent is drained until they are (Health, Placement).`;
    return { progress, state: 'paused', why, next: [] };
  }
  return { progress, state: 'running', why: null, next: plan.next };
}
