import { admissionFor, CLOSED, exceeds } from './admission';
import { type AgentPool, setThresholds } from './agent-pool';
import { selectAgents } from './assign';
import { isRefusedByAll } from './shortfall';

/** Targets that one step of `raiseInSteps` places. */
const TARGETS_PER_STEP = 500;

/** Targets in memory, by column. */
export interface TargetColumns {
  keys: number[];
  ips: string[];
  registeredAtMs: number[];
  /** Index of each target's tier. */
  tiers: number[];
}

/** A tier of the solver: its agents, and the packets per second that one target costs each of its agents. */
export interface SolvedTier {
  pool: AgentPool;
  pps: number;
}

/** An agent, across the pools of all tiers. */
interface SolvedAgent {
  id: string;
  seed: number;
  capacityPps: number;
  pps: number;
  /** Lowest hash that it admits, as far as this solver has raised it. */
  threshold: number;
  /** Whether it would have to be closed to targets of lost agents before it sheds any. */
  isOpen: boolean;
  /** Numbers of its targets; only of an agent with a capacity. */
  targets: Set<number>;
}

/**
 * Raises admission thresholds until no agent has more targets than it can carry, for all targets together: in rounds, in each of which every
 * agent above its capacity sheds targets, and these select again. A round is a function of sets, so the order of the targets has no effect.
 * Each round raises a threshold, so the rounds end.
 */
export class CapacitySolver {
  readonly agents = new Map<string, SolvedAgent>();
  private readonly members: SolvedAgent[][];

  constructor(
    private readonly tiers: readonly SolvedTier[],
    private readonly targets: TargetColumns,
    capacities: ReadonlyMap<string, number>,
  ) {
    this.members = tiers.map(({ pool }) => pool.ids.map((_, at) => this.agentOf(pool, at, capacities)));
  }

  /** Thresholds start where the pools have them, and end there. */
  raiseThresholds(): void {
    const steps = this.raiseInSteps();
    while (steps.next().done !== true);
  }

  /** Raises them like `raiseThresholds`, but in short steps, between which the caller lets other work run. */
  *raiseInSteps(): Generator<undefined> {
    for (let number = 0; number < this.targets.keys.length; number++) {
      this.placeTarget(number);
      if (number % TARGETS_PER_STEP === 0) yield;
    }
    for (let over = this.overloadedAgents(); over.length > 0; over = this.overloadedAgents()) {
      yield* this.shedFrom(over);
    }
  }

  private agentOf(pool: AgentPool, at: number, capacities: ReadonlyMap<string, number>): SolvedAgent {
    const id = pool.ids[at];
    const agent = this.agents.get(id) ?? {
      ...{ id, seed: pool.seeds[at], capacityPps: capacities.get(id) ?? Infinity },
      ...{ pps: 0, threshold: 0, isOpen: false, targets: new Set<number>() },
    };
    // In any of its tiers, as `CapacityLimit` decides.
    agent.isOpen ||= pool.ready.hasLost && pool.thresholds[at] === 0;
    this.agents.set(id, agent);
    return agent;
  }

  private overloadedAgents(): SolvedAgent[] {
    return [...this.agents.values()].filter(({ pps, capacityPps }) => exceeds(pps, capacityPps));
  }

  private *shedFrom(over: readonly SolvedAgent[]): Generator<undefined> {
    const moving = new Set<number>();
    const thresholds = new Map<string, number>();
    for (const agent of over) {
      const { threshold, shed } = agent.isOpen ? { threshold: CLOSED, shed: agent.targets } : this.admissionOf(agent);
      for (const number of shed) moving.add(number);
      thresholds.set(agent.id, threshold);
      Object.assign(agent, { threshold, isOpen: false });
    }
    for (const number of moving) this.removeTarget(number);
    for (const { pool } of this.tiers) setThresholds(pool, thresholds);
    let placed = 0;
    for (const number of moving) {
      this.placeTarget(number);
      if (placed++ % TARGETS_PER_STEP === 0) yield;
    }
  }

  private admissionOf(agent: SolvedAgent): { threshold: number; shed: number[] } {
    const { keys, tiers } = this.targets;
    const loads = Array.from(agent.targets, (number) => ({
      ...{ number, key: keys[number], pps: this.tiers[tiers[number]].pps },
    }));
    const { threshold, shed } = admissionFor(loads, agent.seed, agent.capacityPps);
    return { threshold, shed: shed.map(({ number }) => number) };
  }

  private placeTarget(number: number): void {
    const pps = this.selectFor(number);
    for (const agent of this.selectedAgents(number)) {
      agent.pps += pps;
      if (agent.capacityPps < Infinity) agent.targets.add(number);
    }
  }

  private removeTarget(number: number): void {
    const pps = this.selectFor(number);
    for (const agent of this.selectedAgents(number)) {
      agent.pps -= pps;
      agent.targets.delete(number);
    }
  }

  private selectFor(number: number): number {
    const { keys, ips, registeredAtMs, tiers } = this.targets;
    const { pool, pps } = this.tiers[tiers[number]];
    selectAgents(keys[number], ips[number], registeredAtMs[number], pool);
    return pps;
  }

  /** Agents of the last selection, unless all refuse, because then none of them probes the target. */
  private selectedAgents(number: number): SolvedAgent[] {
    const { pool } = this.tiers[this.targets.tiers[number]];
    if (isRefusedByAll(pool)) return [];
    const members = this.members[this.targets.tiers[number]];
    return Array.from(pool.scratch.chosen.subarray(0, pool.scratch.chosenCount), (at) => members[at]);
  }
}
