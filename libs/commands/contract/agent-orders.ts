import type { ProbeKind } from '@icmp-mon/agents/contract';
import type { Trace } from '@icmp-mon/paths/contract';
import type { HttpPhases, OutcomeName, ProbeFacts } from '@icmp-mon/probing/contract';
import type { CheckParameters } from '@icmp-mon/tiers/contract';

/** Topic of the reports of agents about commands, keyed by command id. */
export const COMMAND_RESULTS_TOPIC = 'internal.command-results';

/** A command as one agent gets it. */
export interface CommandOrder {
  id: string;
  kind: ProbeKind;
  ip: string;
  parameters: CheckParameters;
  count: number;
  timeoutMs: number;
  /** Time left when the gateway answered, in ms: the agent's clock may be wrong. */
  expiresInMs: number;
}

/**
 * Response of `POST /v1/commands` on the agents' listener. The request waits up to 25 s for a command that is not in its `known`, or for the
 * end of one that is, and is otherwise answered with 304.
 */
export interface CommandOrdersResponse {
  orders: CommandOrder[];
  /** Those of `known` that have ended or are unknown: the agent stops running them, and no longer reports about them. */
  ended: string[];
}

/** Request body of `POST /v1/commands`: ids of the commands that the agent has and does not need again. */
export interface CommandOrdersRequest {
  known: string[];
}

/**
 * Why an agent did not probe: its policy file refuses; it has no executor of this kind; the executor failed; parameters are not valid; the
 * agent was restarted meanwhile; it runs too many commands; the command expired before its turn, or during it.
 */
export const FAILURE_REASONS = [
  'refused',
  'unsupported',
  'executor_failed',
  'invalid',
  'interrupted',
  'busy',
  'expired',
] as const;
export type FailureReason = (typeof FAILURE_REASONS)[number];

/** One probe of a command, with what the target answered. */
export interface ProbeAttempt extends ProbeFacts {
  /** By the agent's clock, ISO 8601. */
  sentAt: string;
  outcome: OutcomeName;
  /** Round trip in µs; null without a reply. */
  rttUs: number | null;
  /** Only of HTTP requests. */
  phases?: HttpPhases;
}

/** One line of the debug trail. */
export interface TrailLine {
  /** Time since the agent received the command, in ms. */
  afterMs: number;
  text: string;
}

/** Host names of addresses of a trace, as far as the agent knows them. */
export type HopNames = Readonly<Record<string, string>>;

/** Work of an agent for a command. `trace` of the kind `mtr` only, also of one that ended early. */
interface ReportedWork {
  attempts: ProbeAttempt[];
  trail: TrailLine[];
  trace?: Trace;
  names?: HopNames;
}

/**
 * A report of an agent about a command: first that it was received, then how it ended. In between, while a trace runs, everything that is known
 * of it; `number` rises with each of them, so that an older one does not replace a newer one.
 */
export type CommandReport = { commandId: string } & (
  | { state: 'received' }
  | { state: 'progress'; number: number; trace: Trace; names: HopNames }
  | ({ state: 'completed' } & ReportedWork)
  | ({ state: 'failed'; reason: string; detail: string } & ReportedWork)
);

/** Request body of `POST /v1/command-results` on the agents' listener. */
export interface CommandReportsRequest {
  reports: CommandReport[];
}

export const REPORT_LIMITS = {
  /** Reports per request; the agent sends others later. */
  reports: 20,
  /** Ids in `known`. */
  known: 100,
  attempts: 20,
  /** Records of a name server's answer. */
  records: 5,
  recordLength: 128,
  trailLines: 60,
  trailTextLength: 200,
  detailLength: 300,
  reasonLength: 32,
  /** Least time between two reports of progress, in ms, for all commands of an agent together. */
  progressEveryMs: 500,
  /** Reports of progress about one command. */
  progressNumber: 10_000,
  nameLength: 253,
  /** All names of a trace as JSON. With the largest trace and trail of an agent, a report then fits into a request of 64 KiB. */
  namesBytes: 10_000,
} as const;

/** Value of `internal.command-results`: a report, or the time after which reports of a command are too late. */
export type CommandResult =
  | { kind: 'report'; agentId: string; receivedAt: string; report: CommandReport }
  | { kind: 'expiry'; commandId: string };
