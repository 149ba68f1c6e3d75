import { type Trace, TRACE_LIMITS } from './trace';

/** Topic of the traces that agents made, keyed by target id. */
export const TRACES_TOPIC = 'internal.traces';

/** Why an agent made a trace: its daily turn, because the target became bad, or a command. */
export const TRACE_CAUSES = ['schedule', 'bad', 'command'] as const;
export type TraceCause = (typeof TRACE_CAUSES)[number];

/** How a stored trace ended. `reason` is a `TraceFailure`; later releases of agents may send further ones. */
export type TraceReportEnd = { ok: true } | { ok: false; reason: string; detail: string };

/** A trace of an agent, as the gateway publishes it. */
export interface TraceReport {
  /** UUID version 7, made by the agent: an upload that is repeated is stored once. */
  id: string;
  targetId: string;
  cause: TraceCause;
  /** The command that demanded it, if that is the cause. */
  commandId: string | null;
  trace: Trace;
  end: TraceReportEnd;
  /** Names of addresses by reverse DNS, as far as the agent knows them. */
  names: Record<string, string>;
}

/** Value of `internal.traces`. */
export interface TraceMessage {
  agentId: string;
  /** By the clock of the control plane, ISO 8601. */
  receivedAt: string;
  report: TraceReport;
}

export const TRACE_REPORT_LIMITS = {
  /** Reports per request; the agent sends others later. */
  reports: 20,
  /** Size of a request. */
  requestBytes: 1_048_576,
  /** Size of the largest report as JSON, which the other limits make. */
  bytes: 229_376,
  /** Names of one report: one for each address of the trace, and one for the target. */
  names: TRACE_LIMITS.rounds * TRACE_LIMITS.hops + 1,
  nameLength: 253,
  detailLength: 300,
} as const;
