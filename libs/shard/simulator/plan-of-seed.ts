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
    this.seconds = 10 + this.rollBelow(40);
    this.shards = 1 + this.rollBelow(3);
    this.hosts = 1 + this.rollBelow(3);
  }

  /** Returns an integer from 0 to below `limit`. */
  rollBelow(limit: number): number {
    return Math.floor(this.random() * limit);
  }

  one<T>(of: readonly T[]): T {
    return of[this.rollBelow(of.length)];
  }

  upTo(most: number, make: () => Fault): Fault[] {
    return Array.from({ length: this.rollBelow(most + 1) }, make);
  }

  stepMs(): number {
    return this.one([1, -1]) * this.one([700, 5_000, 70_000, 600_000]);
  }

  agent(): { at: number; agent: number } {
    return { at: this.rollBelow(this.seconds), agent: this.rollBelow(AGENTS) };
  }

  second(): { at: number } {
    return { at: this.rollBelow(this.seconds) };
  }

  atMs(): { atMs: number } {
    return { atMs: this.rollBelow(FAULTS_END_MS) };
  }

  host(): { atMs: number; host: number } {
    return { ...this.atMs(), host: this.rollBelow(this.hosts) };
  }

  slow(): { atMs: number; forMs: number } {
    return { ...this.atMs(), forMs: 1_000 + this.rollBelow(10_000) };
  }

  outage(): Outage {
    return this.one(['refused', 'answer-lost']);
  }

  rollStatement(): StatementKind {
    return this.one(['lease', 'release', 'take', 'load', 'connect', 'commit', 'write', 'checkpoint']);
  }

  blow(): Blow {
    return this.one<() => Blow>([
      () => ({ blow: 'crash', downMs: this.rollBelow(8_000), lingers: this.rollBelow(2) === 1 }),
      () => ({ blow: 'pause', forMs: 200 + this.rollBelow(15_000) }),
      () => ({ blow: 'disconnect' }),
    ])();
  }
}

function agentFaultsOf(dice: PlanDice): Fault[] {
  return [
    ...dice.upTo(2, () => ({ kind: 'lost-upload', ...dice.agent(), forS: 1 + dice.rollBelow(15) })),
    ...dice.upTo(2, () => ({ kind: 'lost-answer', ...dice.agent(), forS: 1 + dice.rollBelow(4) })),
    ...dice.upTo(1, () => ({ kind: 'half-upload', ...dice.agent(), forS: 1 + dice.rollBelow(3) })),
    ...dice.upTo(2, () => ({ kind: 'late-upload', ...dice.agent(), forS: 1 + dice.rollBelow(20) })),
    ...dice.upTo(1, () => ({ kind: 'agent-restart', ...dice.agent() })),
    ...dice.upTo(1, () => ({ kind: 'agent-clock', ...dice.agent(), byMs: dice.stepMs() })),
  ];
}

function logFaultsOf(dice: PlanDice): Fault[] {
  return [
    ...dice.upTo(1, () => ({
      kind: 'tick-takeover',
      ...dice.second(),
      gapS: dice.rollBelow(12),
      zombieS: dice.rollBelow(6),
    })),
    ...dice.upTo(1, () => ({ kind: 'clock-set', ...dice.second(), byMs: dice.stepMs() })),
    ...dice.upTo(1, () => ({ kind: 'feed-repeat', ...dice.second(), facts: 1 + dice.rollBelow(6) })),
    ...dice.upTo(2, () => ({ kind: 'garbage', ...dice.second(), form: dice.rollBelow(5) })),
    ...dice.upTo(1, () => ({ kind: 'swap', ...dice.second() })),
  ];
}

function hostFaultsOf(dice: PlanDice): Fault[] {
  return [
    ...dice.upTo(2, () => ({ kind: 'strike', ...dice.host(), ...dice.blow() })),
    ...dice.upTo(3, () => ({
      kind: 'strike-at',
      ...dice.host(),
      statement: dice.rollStatement(),
      after: dice.rollBelow(6),
      ...dice.blow(),
    })),
    ...dice.upTo(1, () => ({ kind: 'restart', ...dice.host(), downMs: dice.rollBelow(8_000) })),
    ...dice.upTo(1, () => ({ kind: 'outage', ...dice.host(), forMs: dice.rollBelow(8_000), outage: dice.outage() })),
    ...dice.upTo(1, () => ({ kind: 'commit-error', ...dice.host(), outage: dice.outage() })),
    ...dice.upTo(1, () => ({ kind: 'slow-store', ...dice.slow(), byMs: dice.rollBelow(3_000) })),
    ...dice.upTo(1, () => ({ kind: 'slow-release', ...dice.slow(), byMs: dice.rollBelow(3_000) })),
    ...dice.upTo(1, () => ({ kind: 'slow-load', ...dice.slow(), byMs: dice.rollBelow(4_000) })),
    ...dice.upTo(1, () => ({ kind: 'slow-checkpoint', ...dice.slow(), byMs: dice.rollBelow(400) })),
    ...dice.upTo(1, () => ({ kind: 'slow-write', ...dice.slow(), byMs: dice.rollBelow(4_000) })),
    ...dice.upTo(1, () => ({ kind: 'hold-commits', ...dice.slow() })),
    ...(dice.rollBelow(4) === 0
      ? dice.upTo(1, () => ({ kind: 'database-clock', ...dice.atMs(), byMs: dice.stepMs() }))
      : []),
    ...dice.upTo(1, () => ({ kind: 'log-stall', ...dice.slow(), shard: dice.rollBelow(dice.shards) })),
    ...dice.upTo(1, () => ({ kind: 'log-failed', ...dice.atMs(), shard: dice.rollBelow(dice.shards) })),
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
    targets: 1 + dice.rollBelow(3),
    inventoryChanges: dice.rollBelow(5),
    hostStartsMs: Array.from({ length: dice.hosts }, (_, at) => (at === 0 ? 0 : dice.rollBelow(15_000))),
    uncommittedMax: dice.one([
      { records: 5_000, rows: 20_000 },
      { records: 8, rows: 20_000 },
      { records: 30, rows: 6 },
    ]),
    endsBackends: dice.random() < 0.7,
    faults,
  };
}
