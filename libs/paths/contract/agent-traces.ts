import type { TraceReport } from './trace-report';

/**
 * A trace as an agent uploads it. The agent knows the key of a target that is assigned to it, and of a trace on demand only the command: the
 * gateway finds the target.
 */
export interface AgentTraceReport extends Omit<TraceReport, 'targetId'> {
  /** Null if the cause is a command. */
  targetKey: number | null;
}

/** Request body of `POST /v1/traces` on the agents' listener; at most `TRACE_REPORT_LIMITS.reports`. */
export interface AgentTracesRequest {
  reports: AgentTraceReport[];
}

/** Response: everything else is stored. */
export interface AgentTracesResponse {
  /** Ids of reports that are not accepted, and will not be: the agent deletes them. */
  refused: { id: string; detail: string }[];
}
