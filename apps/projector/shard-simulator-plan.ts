import { seeded } from '@icmp-mon/shard/engine/testing';

/** What may happen to an agent's uploads, at second `at`. */
export type AgentFault =
  /** The upload never reaches the log; the agent sends it again. */
  | { kind: 'lost-upload'; at: number; agent: number; forS: number }
  /** The upload is in the log, its answer is lost: the agent sends it again. */
  | { kind: 'lost-answer'; at: number; agent: number; forS: number }
  /** The first blocks of the upload are in the log when it fails. */
  | { kind: 'half-upload'; at: number; agent: number; forS: number }
  /** The upload times out for the agent and comes into the log later, after its repeats. */
  | { kind: 'late-upload'; at: number; agent: number; forS: number }
  | { kind: 'agent-restart'; at: number; agent: number }
  /** The agent's clock steps by so much, and the gateway's estimate follows three seconds later. */
  | { kind: 'agent-clock'; at: number; agent: number; byMs: number };

/** What may happen to the log itself. */
export type LogFault =
  /** No ticks for a while, then those of a new holder, while the old one goes on for `zombieS`. */
  | { kind: 'tick-takeover'; at: number; gapS: number; zombieS: number }
  | { kind: 'clock-set'; at: number; byMs: number }
  /** The feed's publisher died before it noted how far it was. */
  | { kind: 'feed-repeat'; at: number; facts: number }
  | { kind: 'garbage'; at: number; form: number }
  /** Two neighbouring blocks that share no target come in the other order. */
  | { kind: 'swap'; at: number };

/** What may happen to the projectors, at step `at` (one record applied is a step). */
export type OwnerFault =
  | { kind: 'crash'; at: number; downSteps: number }
  /** Stopped as by SIGSTOP, and going on where it stood: past its lease it is a zombie. */
  | { kind: 'freeze'; at: number; steps: number }
  | { kind: 'connection-lost'; at: number }
  /** The next commit fails; with `stored`, only after it was made durable. */
  | { kind: 'commit-error'; at: number; stored: boolean }
  | { kind: 'slow-commit'; at: number; steps: number }
  | { kind: 'checkpoint'; at: number }
  | { kind: 'give-up'; at: number };

export interface Plan {
  seed: number;
  seconds: number;
  targets: number;
  /** Targets that change their agents or tier, go away or come back; policies that change. */
  inventoryChanges: number;
  commitEverySteps: number;
  /** Whether a successor may end its predecessor's connection; else only the epoch keeps a zombie from writing. */
  endsBackends: boolean;
  faults: (AgentFault | LogFault | OwnerFault)[];
}

export const AGENTS = 3;
/** Steps that two records take in terms of the plan's seconds: about how many records a second brings. */
const STEPS_PER_SECOND = 2;

export function isAgentFault(fault: Plan['faults'][number]): fault is AgentFault {
  return 'agent' in fault;
}

/** The plan of a seed: a small installation, some minutes, and what goes wrong in them. */
export function planOf(seed: number): Plan {
  const random = seeded(seed * 2_654_435_761);
  const below = (limit: number): number => Math.floor(random() * limit);
  const seconds = 60 + below(100);
  const steps = seconds * STEPS_PER_SECOND;
  const agent = (): { at: number; agent: number } => ({ at: below(seconds), agent: below(AGENTS) });
  const second = (): { at: number } => ({ at: below(seconds) });
  const step = (): { at: number } => ({ at: below(steps) });
  const stepMs = (): number => (below(2) ? 1 : -1) * [700, 5_000, 70_000, 600_000][below(4)];
  const kinds: [most: number, make: () => Plan['faults'][number]][] = [
    [4, () => ({ kind: 'lost-upload', ...agent(), forS: 1 + below(25) })],
    [4, () => ({ kind: 'lost-answer', ...agent(), forS: 1 + below(4) })],
    [2, () => ({ kind: 'half-upload', ...agent(), forS: 1 + below(3) })],
    [3, () => ({ kind: 'late-upload', ...agent(), forS: 1 + below(20) })],
    [2, () => ({ kind: 'agent-restart', ...agent() })],
    [1, () => ({ kind: 'agent-clock', ...agent(), byMs: stepMs() })],
    [2, () => ({ kind: 'tick-takeover', ...second(), gapS: below(12), zombieS: below(6) })],
    [1, () => ({ kind: 'clock-set', ...second(), byMs: stepMs() })],
    [2, () => ({ kind: 'feed-repeat', ...second(), facts: 1 + below(6) })],
    [3, () => ({ kind: 'garbage', ...second(), form: below(5) })],
    [2, () => ({ kind: 'swap', ...second() })],
    [4, () => ({ kind: 'crash', ...step(), downSteps: 1 + below(20) })],
    [3, () => ({ kind: 'freeze', ...step(), steps: 1 + below(30) })],
    [2, () => ({ kind: 'connection-lost', ...step() })],
    [3, () => ({ kind: 'commit-error', ...step(), stored: below(2) === 1 })],
    [3, () => ({ kind: 'slow-commit', ...step(), steps: 1 + below(25) })],
    [4, () => ({ kind: 'checkpoint', ...step() })],
    [2, () => ({ kind: 'give-up', ...step() })],
  ];
  return {
    seed,
    seconds,
    targets: 2 + below(4),
    inventoryChanges: below(5),
    commitEverySteps: 1 + below(20),
    endsBackends: random() < 0.6,
    faults: kinds.flatMap(([most, make]) => Array.from({ length: below(most + 1) }, make)),
  };
}
