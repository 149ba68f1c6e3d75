import { seeded } from '@icmp-mon/shard/engine/testing';
import type { Outage, StatementKind } from './faults';

/** Faults of an agent's uploads, at second `at` of the log. */
export type AgentFault =
  /** The upload never reaches the log; the agent sends it again. */
  | { kind: 'lost-upload'; at: number; agent: number; forS: number }
  /** The upload reaches the log but its answer is lost; the agent sends it again. */
  | { kind: 'lost-answer'; at: number; agent: number; forS: number }
  /** The upload fails after its first blocks have reached the log. */
  | { kind: 'half-upload'; at: number; agent: number; forS: number }
  /** The upload times out for the agent and reaches the log later, after it was sent again. */
  | { kind: 'late-upload'; at: number; agent: number; forS: number }
  | { kind: 'agent-restart'; at: number; agent: number }
  /** The agent's clock steps by this much; the gateway's estimate follows three seconds later. */
  | { kind: 'agent-clock'; at: number; agent: number; byMs: number };

/** Faults of the log itself, at second `at` of it. */
export type LogFault =
  /** No ticks for a while, then ticks of a new leader, while the former one continues for `zombieS`. */
  | { kind: 'tick-takeover'; at: number; gapS: number; zombieS: number }
  | { kind: 'clock-set'; at: number; byMs: number }
  /** The publisher of the feed crashed before it stored its position. */
  | { kind: 'feed-repeat'; at: number; facts: number }
  | { kind: 'garbage'; at: number; form: number }
  /** Two adjacent blocks without a common target arrive in the other order. */
  | { kind: 'swap'; at: number };

/** Faults of a projector, which strike at a time or at its n-th statement of a kind. */
export type Blow =
  /** With `lingers` the database does not notice, and open connections stay open until a successor terminates them. */
  | { blow: 'crash'; downMs: number; lingers: boolean }
  /** Stopped like by SIGSTOP, then continued: after its lease has expired it is a zombie. */
  | { blow: 'pause'; forMs: number }
  /** The connection over which it commits breaks. */
  | { blow: 'disconnect' };

/** Faults of projectors, database and network, at `atMs` of the run. */
export type HostFault =
  | ({ kind: 'strike'; atMs: number; host: number } & Blow)
  | ({ kind: 'strike-at'; atMs: number; host: number; statement: StatementKind; after: number } & Blow)
  | { kind: 'restart'; atMs: number; host: number; downMs: number }
  /** Statements other than commits fail for a while. */
  | { kind: 'outage'; atMs: number; host: number; forMs: number; outage: Outage }
  | { kind: 'commit-error'; atMs: number; host: number; outage: Outage }
  /** Statements over the pool are slow, including lease renewals. */
  | { kind: 'slow-store'; atMs: number; forMs: number; byMs: number }
  | { kind: 'slow-release'; atMs: number; forMs: number; byMs: number }
  | { kind: 'slow-load'; atMs: number; forMs: number; byMs: number }
  /** Too short for leases to expire by it: a renewal waits for the row of a shard whose checkpoint is being stored. */
  | { kind: 'slow-checkpoint'; atMs: number; forMs: number; byMs: number }
  | { kind: 'slow-write'; atMs: number; forMs: number; byMs: number }
  /** A rebuild blocks commits. */
  | { kind: 'hold-commits'; atMs: number; forMs: number }
  | { kind: 'database-clock'; atMs: number; byMs: number }
  /** No record of the shard's log arrives for a while. */
  | { kind: 'log-stall'; atMs: number; shard: number; forMs: number }
  /** Following the shard's log ends with an error. */
  | { kind: 'log-failed'; atMs: number; shard: number };

export type Fault = AgentFault | LogFault | HostFault;

export interface Plan {
  seed: number;
  /** Length of the log, in seconds. */
  seconds: number;
  /** Seconds of log that arrive per second; 0: all of it exists from the beginning. */
  logSpeed: number;
  shards: number;
  targets: number;
  /** Number of changes: targets whose agents or tier change, that are removed or added again; policies that change. */
  inventoryChanges: number;
  /** When each projector starts, in ms; the first at 0. */
  hostStartsMs: number[];
  uncommittedMax: { records: number; rows: number };
  /** Whether a successor may terminate its predecessor's connection; otherwise only the epoch keeps a zombie from writing. */
  endsBackends: boolean;
  faults: Fault[];
}

export const AGENTS = 3;
/** Faults of projectors, database and network strike before this time, in ms. */
const FAULTS_END_MS = 25_000;

export function isAgentFault(fault: Fault): fault is AgentFault {
  return 'agent' in fault;
}

export function isHostFault(fault: Fault): fault is HostFault {
  return 'atMs' in fault;
}

export function isLogFault(fault: Fault): fault is LogFault {
  return !isAgentFault(fault) && !isHostFault(fault);
}

/** Returns the plan of a seed: a small installation, a minute or less, and its faults. */
export function planOf(seed: number): Plan {
  const random = seeded(seed * 2_654_435_761);
  const below = (limit: number): number => Math.floor(random() * limit);
  const one = <T>(of: readonly T[]): T => of[below(of.length)];
  const seconds = 10 + below(40);
  const shards = 1 + below(3);
  const hosts = 1 + below(3);
  const upTo = (most: number, make: () => Fault): Fault[] => Array.from({ length: below(most + 1) }, make);
  const stepMs = (): number => one([1, -1]) * one([700, 5_000, 70_000, 600_000]);
  const agent = (): { at: number; agent: number } => ({ at: below(seconds), agent: below(AGENTS) });
  const second = (): { at: number } => ({ at: below(seconds) });
  const atMs = (): { atMs: number } => ({ atMs: below(FAULTS_END_MS) });
  const host = (): { atMs: number; host: number } => ({ ...atMs(), host: below(hosts) });
  const blow = (): Blow =>
    one<() => Blow>([
      () => ({ blow: 'crash', downMs: below(8_000), lingers: below(2) === 1 }),
      () => ({ blow: 'pause', forMs: 200 + below(15_000) }),
      () => ({ blow: 'disconnect' }),
    ])();
  const statement = (): StatementKind =>
    one(['lease', 'release', 'take', 'load', 'connect', 'commit', 'write', 'checkpoint']);
  const outage = (): Outage => one(['refused', 'answer-lost']);
  const slow = (): { atMs: number; forMs: number } => ({ ...atMs(), forMs: 1_000 + below(10_000) });
  const agentFaults = [
    ...upTo(2, () => ({ kind: 'lost-upload', ...agent(), forS: 1 + below(15) })),
    ...upTo(2, () => ({ kind: 'lost-answer', ...agent(), forS: 1 + below(4) })),
    ...upTo(1, () => ({ kind: 'half-upload', ...agent(), forS: 1 + below(3) })),
    ...upTo(2, () => ({ kind: 'late-upload', ...agent(), forS: 1 + below(20) })),
    ...upTo(1, () => ({ kind: 'agent-restart', ...agent() })),
    ...upTo(1, () => ({ kind: 'agent-clock', ...agent(), byMs: stepMs() })),
  ];
  const logFaults = [
    ...upTo(1, () => ({ kind: 'tick-takeover', ...second(), gapS: below(12), zombieS: below(6) })),
    ...upTo(1, () => ({ kind: 'clock-set', ...second(), byMs: stepMs() })),
    ...upTo(1, () => ({ kind: 'feed-repeat', ...second(), facts: 1 + below(6) })),
    ...upTo(2, () => ({ kind: 'garbage', ...second(), form: below(5) })),
    ...upTo(1, () => ({ kind: 'swap', ...second() })),
  ];
  const hostFaults = [
    ...upTo(2, () => ({ kind: 'strike', ...host(), ...blow() })),
    ...upTo(3, () => ({ kind: 'strike-at', ...host(), statement: statement(), after: below(6), ...blow() })),
    ...upTo(1, () => ({ kind: 'restart', ...host(), downMs: below(8_000) })),
    ...upTo(1, () => ({ kind: 'outage', ...host(), forMs: below(8_000), outage: outage() })),
    ...upTo(1, () => ({ kind: 'commit-error', ...host(), outage: outage() })),
    ...upTo(1, () => ({ kind: 'slow-store', ...slow(), byMs: below(3_000) })),
    ...upTo(1, () => ({ kind: 'slow-release', ...slow(), byMs: below(3_000) })),
    ...upTo(1, () => ({ kind: 'slow-load', ...slow(), byMs: below(4_000) })),
    ...upTo(1, () => ({ kind: 'slow-checkpoint', ...slow(), byMs: below(400) })),
    ...upTo(1, () => ({ kind: 'slow-write', ...slow(), byMs: below(4_000) })),
    ...upTo(1, () => ({ kind: 'hold-commits', ...slow() })),
    ...(below(4) === 0 ? upTo(1, () => ({ kind: 'database-clock', ...atMs(), byMs: stepMs() })) : []),
    ...upTo(1, () => ({ kind: 'log-stall', ...slow(), shard: below(shards) })),
    ...upTo(1, () => ({ kind: 'log-failed', ...atMs(), shard: below(shards) })),
  ];
  return {
    seed,
    seconds,
    logSpeed: one([0, 1, 2, 5, 20]),
    shards,
    targets: 1 + below(3),
    inventoryChanges: below(5),
    hostStartsMs: Array.from({ length: hosts }, (_, at) => (at === 0 ? 0 : below(15_000))),
    uncommittedMax: one([
      { records: 5_000, rows: 20_000 },
      { records: 8, rows: 20_000 },
      { records: 30, rows: 6 },
    ]),
    endsBackends: random() < 0.7,
    faults: [...agentFaults, ...logFaults, ...hostFaults],
  };
}
