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

export function isAgentFault(fault: Fault): fault is AgentFault {
  return 'agent' in fault;
}

export function isHostFault(fault: Fault): fault is HostFault {
  return 'atMs' in fault;
}

export function isLogFault(fault: Fault): fault is LogFault {
  return !isAgentFault(fault) && !isHostFault(fault);
}
