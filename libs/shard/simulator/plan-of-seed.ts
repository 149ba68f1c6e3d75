import { seeded } from '@icmp-mon/shard/engine/testing';
import type { Outage, StatementKind } from './faults';
import { AGENTS, type Blow, type Fault, type Plan } from './plan';

/** Faults of projectors, database and network strike before this time, in ms. */
const FAULTS_END_MS = 25_000;

/** Draws the parts of a plan; the order of the draws is part of what a seed means. */
class PlanDice {
  readonly random: () => number;
  readonly seconds: number;
  readonly shards: number;
  readonly hosts: number;

  constructor(seed: number) {
    this.random = seeded(seed * 2_654_435_761);
    this.seconds = 10 + this.below(40);
    this.shards = 1 + this.below(3);
    this.hosts = 1 + this.below(3);
  }

  /** Returns an integer from 0 to below `limit`. */
  below(limit: number): number {
    return Math.floor(this.random() * limit);
  }

  one<T>(of: readonly T[]): T {
    return of[this.below(of.length)];
  }

  upTo(most: number, make: () => Fault): Fault[] {
    return Array.from({ length: this.below(most + 1) }, make);
  }

  stepMs(): number {
    return this.one([1, -1]) * this.one([700, 5_000, 70_000, 600_000]);
  }

  agent(): { at: number; agent: number } {
    return { at: this.below(this.seconds), agent: this.below(AGENTS) };
  }

  second(): { at: number } {
    return { at: this.below(this.seconds) };
  }

  atMs(): { atMs: number } {
    return { atMs: this.below(FAULTS_END_MS) };
  }

  host(): { atMs: number; host: number } {
    return { ...this.atMs(), host: this.below(this.hosts) };
  }

  slow(): { atMs: number; forMs: number } {
    return { ...this.atMs(), forMs: 1_000 + this.below(10_000) };
  }

  outage(): Outage {
    return this.one(['refused', 'answer-lost']);
  }

  statement(): StatementKind {
    return this.one(['lease', 'release', 'take', 'load', 'connect', 'commit', 'write', 'checkpoint']);
  }

  blow(): Blow {
    return this.one<() => Blow>([
      () => ({ blow: 'crash', downMs: this.below(8_000), lingers: this.below(2) === 1 }),
      () => ({ blow: 'pause', forMs: 200 + this.below(15_000) }),
      () => ({ blow: 'disconnect' }),
    ])();
  }
}

function agentFaultsOf(dice: PlanDice): Fault[] {
  return [
    ...dice.upTo(2, () => ({ kind: 'lost-upload', ...dice.agent(), forS: 1 + dice.below(15) })),
    ...dice.upTo(2, () => ({ kind: 'lost-answer', ...dice.agent(), forS: 1 + dice.below(4) })),
    ...dice.upTo(1, () => ({ kind: 'half-upload', ...dice.agent(), forS: 1 + dice.below(3) })),
    ...dice.upTo(2, () => ({ kind: 'late-upload', ...dice.agent(), forS: 1 + dice.below(20) })),
    ...dice.upTo(1, () => ({ kind: 'agent-restart', ...dice.agent() })),
    ...dice.upTo(1, () => ({ kind: 'agent-clock', ...dice.agent(), byMs: dice.stepMs() })),
  ];
}

function logFaultsOf(dice: PlanDice): Fault[] {
  return [
    ...dice.upTo(1, () => ({ kind: 'tick-takeover', ...dice.second(), gapS: dice.below(12), zombieS: dice.below(6) })),
    ...dice.upTo(1, () => ({ kind: 'clock-set', ...dice.second(), byMs: dice.stepMs() })),
    ...dice.upTo(1, () => ({ kind: 'feed-repeat', ...dice.second(), facts: 1 + dice.below(6) })),
    ...dice.upTo(2, () => ({ kind: 'garbage', ...dice.second(), form: dice.below(5) })),
    ...dice.upTo(1, () => ({ kind: 'swap', ...dice.second() })),
  ];
}

function hostFaultsOf(dice: PlanDice): Fault[] {
  return [
    ...dice.upTo(2, () => ({ kind: 'strike', ...dice.host(), ...dice.blow() })),
    ...dice.upTo(3, () => ({
      kind: 'strike-at',
      ...dice.host(),
      statement: dice.statement(),
      after: dice.below(6),
      ...dice.blow(),
    })),
    ...dice.upTo(1, () => ({ kind: 'restart', ...dice.host(), downMs: dice.below(8_000) })),
    ...dice.upTo(1, () => ({ kind: 'outage', ...dice.host(), forMs: dice.below(8_000), outage: dice.outage() })),
    ...dice.upTo(1, () => ({ kind: 'commit-error', ...dice.host(), outage: dice.outage() })),
    ...dice.upTo(1, () => ({ kind: 'slow-store', ...dice.slow(), byMs: dice.below(3_000) })),
    ...dice.upTo(1, () => ({ kind: 'slow-release', ...dice.slow(), byMs: dice.below(3_000) })),
    ...dice.upTo(1, () => ({ kind: 'slow-load', ...dice.slow(), byMs: dice.below(4_000) })),
    ...dice.upTo(1, () => ({ kind: 'slow-checkpoint', ...dice.slow(), byMs: dice.below(400) })),
    ...dice.upTo(1, () => ({ kind: 'slow-write', ...dice.slow(), byMs: dice.below(4_000) })),
    ...dice.upTo(1, () => ({ kind: 'hold-commits', ...dice.slow() })),
    ...(dice.below(4) === 0
      ? dice.upTo(1, () => ({ kind: 'database-clock', ...dice.atMs(), byMs: dice.stepMs() }))
      : []),
    ...dice.upTo(1, () => ({ kind: 'log-stall', ...dice.slow(), shard: dice.below(dice.shards) })),
    ...dice.upTo(1, () => ({ kind: 'log-failed', ...dice.atMs(), shard: dice.below(dice.shards) })),
  ];
}

/** Returns the plan of a seed: a small installation, a minute or less, and its faults. */
export function planOf(seed: number): Plan {
  const dice = new PlanDice(seed);
  const faults = [...agentFaultsOf(dice), ...logFaultsOf(dice), ...hostFaultsOf(dice)];
  return {
    seed,
    seconds: dice.seconds,
    logSpeed: dice.one([0, 1, 2, 5, 20]),
    shards: dice.shards,
    targets: 1 + dice.below(3),
    inventoryChanges: dice.below(5),
    hostStartsMs: Array.from({ length: dice.hosts }, (_, at) => (at === 0 ? 0 : dice.below(15_000))),
    uncommittedMax: dice.one([
      { records: 5_000, rows: 20_000 },
      { records: 8, rows: 20_000 },
      { records: 30, rows: 6 },
    ]),
    endsBackends: dice.random() < 0.7,
    faults,
  };
}
