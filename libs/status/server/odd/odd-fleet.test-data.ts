import type { AgentFact, AgentStanding, PolicyFact } from '@icmp-mon/probing/contract';
import { OUTCOME } from '@icmp-mon/probing/contract';
import { LANE } from '@icmp-mon/probing/wire';
import {
  NO_PAIR,
  type PairEntry,
  type RecordPlace,
  type ResultBatch,
  type ShardClock,
  ShardDirectory,
} from '@icmp-mon/shard/engine';
import { agentIdOf, policyFact, seeded, targetFact } from '@icmp-mon/shard/engine/testing';
import type { StatusChange } from '../status-effects';
import { RecordingSink, START_MS } from '../status-shard.test-data';
import { StatusState } from '../status-state';

const INTERVAL_MS = 5_000;
const TIMEOUT_MS = 1_000;
const BURST_MS = 500;
const BURST_PROBES = 3;
const CROWD = 10;
const TICK_MS = 1_000;
const RTT_US = 9_000;
const PLACE: RecordPlace = { shard: 0, offset: 0, alreadyCommitted: false, committedAhead: null };

export interface FleetOptions {
  seed: number;
  /** Provider and region of each agent. */
  agents: readonly { provider: string; region: string }[];
  /** Agents of each target, as numbers from 0. */
  targets: readonly (readonly number[])[];
  quorum: PolicyFact['quorum'];
  /** Whether agents confirm a first miss by a burst. */
  bursts: boolean;
  /** Share of results that are lost in any case. */
  loss?: number;
}

interface Sample {
  target: number;
  atMs: number;
  isReply: boolean;
}

/** Answers whether the target is reachable from the agent; times in ms since the start of the simulation. */
export type Reach = (agent: number, target: number, atMs: number) => boolean;

/** Agents that probe targets, and the shard that judges their results: the real state over a simulated network and time. */
export class OddFleet {
  readonly sink = new RecordingSink();
  readonly directory: ShardDirectory;
  state: StatusState;
  clock: ShardClock = { ageMs: 0, atMs: START_MS };
  reach: Reach = () => true;
  private readonly random: () => number;
  private readonly pairsOf: { target: number; phaseMs: number }[][];
  private readonly bursts: { atMs: number; target: number }[][];
  private readonly missing: Set<number>[];

  constructor(private readonly options: FleetOptions) {
    this.random = seeded(options.seed);
    this.directory = new ShardDirectory({
      assigned: (slot, target) => this.state.onPairAssigned(slot, target, this.clock),
      unassigned: (slot, target) => this.state.onPairUnassigned(slot, target),
    });
    this.state = new StatusState(() => this.directory, this.sink);
    this.directory.applyPolicy({ ...policyFact('fast', INTERVAL_MS), quorum: options.quorum });
    for (const at of options.agents.keys()) this.tellAgent(at, {});
    for (const [key, agents] of options.targets.entries()) {
      const target = this.directory.applyTarget(targetFact(key, 'fast', agents.map(agentIdOf)), this.clock.atMs);
      this.state.onTarget(target, this.clock, PLACE);
    }
    this.pairsOf = options.agents.map((_, agent) =>
      [...options.targets.keys()]
        .filter((target) => options.targets[target].includes(agent))
        .map((target) => ({ target, phaseMs: Math.floor(this.random() * INTERVAL_MS) })),
    );
    this.bursts = options.agents.map(() => []);
    this.missing = options.agents.map(() => new Set());
  }

  get nowMs(): number {
    return this.clock.atMs - START_MS;
  }

  /** Changes of statuses so far, with times in ms since the start. */
  get changes(): StatusChange[] {
    return this.sink.changes;
  }

  tellAgent(at: number, facts: Partial<Pick<AgentFact, 'anchors' | 'standing' | 'provider'>>): this {
    const { provider, region } = this.options.agents[at];
    const agentId = agentIdOf(at);
    this.directory.applyAgent({
      ...{ kind: 'agent', agentId, name: `a${at}`, region, provider, state: 'active' },
      ...facts,
    });
    this.state.onAgent(this.directory.agents.get(agentId)!, this.clock, PLACE);
    return this;
  }

  tellStanding(agents: readonly number[], standing: AgentStanding | undefined): this {
    for (const at of agents) this.tellAgent(at, standing ? { standing } : {});
    return this;
  }

  /** Selects other agents for all targets. */
  moveTargets(agents: readonly number[]): this {
    for (const key of this.options.targets.keys()) {
      const target = this.directory.applyTarget(targetFact(key, 'fast', agents.map(agentIdOf)), this.clock.atMs);
      this.state.onTarget(target, this.clock, PLACE);
    }
    return this;
  }

  statusOf(target: number): string {
    const { status, reason } = this.state.targets.get(target)!;
    return `${status} ${reason}`;
  }

  /** Continues in a new state that is restored from a checkpoint of the old one. */
  restartShard(): this {
    const part = this.state.checkpoint();
    this.state = new StatusState(() => this.directory, this.sink);
    for (const target of this.directory.targets.values())
      for (const { slot } of target.pairs) this.state.onPairAssigned(slot, target, this.clock);
    this.state.restore(part);
    return this;
  }

  /** Lets time pass: each second every agent delivers its results, and the shard has a tick. */
  letPass(ms: number, eachTick: () => void = () => undefined): this {
    for (let passed = 0; passed < ms; passed += TICK_MS) {
      const fromMs = this.nowMs;
      this.clock = { ageMs: this.clock.ageMs + TICK_MS, atMs: this.clock.atMs + TICK_MS };
      for (const agent of this.inAnyOrder())
        this.deliverResults(agent, this.samplesOf(agent, fromMs, fromMs + TICK_MS));
      this.state.onTick(this.clock, PLACE);
      eachTick();
    }
    return this;
  }

  private inAnyOrder(): number[] {
    const order = [...this.options.agents.keys()].map((at) => ({ at, place: this.random() }));
    return order.sort((a, b) => a.place - b.place).map(({ at }) => at);
  }

  /** Returns the results that the agent knows in [fromMs, toMs): a miss is known after the timeout. */
  private samplesOf(agent: number, fromMs: number, toMs: number): Sample[] {
    const due: { target: number; atMs: number }[] = [];
    for (const { target, phaseMs } of this.pairsOf[agent]) {
      const round = Math.ceil((fromMs - TIMEOUT_MS - phaseMs) / INTERVAL_MS);
      const atMs = round * INTERVAL_MS + phaseMs;
      if (round >= 0 && atMs + TIMEOUT_MS < toMs) due.push({ target, atMs });
    }
    const isDue = ({ atMs }: { atMs: number }): boolean => atMs + TIMEOUT_MS < toMs;
    due.push(...this.bursts[agent].filter(isDue));
    this.bursts[agent] = this.bursts[agent].filter((each) => !isDue(each));
    const samples = due.map(({ target, atMs }) => ({ target, atMs, isReply: this.answers(agent, target, atMs) }));
    const firstMisses = samples.filter(({ target, isReply }) => !isReply && !this.missing[agent].has(target));
    for (const { target, isReply } of samples) this.missing[agent][isReply ? 'delete' : 'add'](target);
    // Like the agent: many targets that miss together confirm each other.
    const isCrowd = firstMisses.length >= CROWD && firstMisses.length * 50 > this.pairsOf[agent].length;
    if (this.options.bursts && !isCrowd)
      for (const { target, atMs } of firstMisses)
        for (let at = 1; at <= BURST_PROBES; at++) this.bursts[agent].push({ target, atMs: atMs + at * BURST_MS });
    return samples.sort((a, b) => a.atMs - b.atMs);
  }

  private answers(agent: number, target: number, atMs: number): boolean {
    return this.reach(agent, target, atMs) && this.random() >= (this.options.loss ?? 0);
  }

  private deliverResults(agentNo: number, samples: readonly Sample[]): void {
    const agent = this.directory.agents.get(agentIdOf(agentNo))!;
    if (samples.length === 0) return;
    const targets = samples.map(({ target }) => this.directory.targets.get(target)!);
    const batch: ResultBatch = {
      ...{ count: samples.length, agent, lane: LANE.live, receivedAtMs: this.clock.atMs, late: 0 },
      ...{ target: targets, policy: targets.map(({ policy }) => policy!) },
      pairSlot: Int32Array.from(targets, ({ pairs }) => slotOf(pairs, agent.agentId)),
      check: Uint16Array.from(samples, () => 1),
      sampleMs: Float64Array.from(samples, ({ atMs }) => START_MS + atMs),
      outcome: Uint8Array.from(samples, ({ isReply }) => (isReply ? OUTCOME.reply : OUTCOME.timeout)),
      rttUs: Uint32Array.from(samples, () => RTT_US),
      details: new Map(),
    };
    this.state.onResults(batch, this.clock, PLACE);
  }
}

function slotOf(pairs: readonly PairEntry[], agent: string): number {
  return pairs.find(({ agentId }) => agentId === agent)?.slot ?? NO_PAIR;
}

/** Returns the targets that were called down, and when last. */
export function downsOf(fleet: OddFleet): Map<number, number> {
  return new Map(fleet.changes.flatMap(({ target, to, atMs }) => (to === 'down' ? [[target.key, atMs]] : [])));
}
