import { lossOf, PATH_LIMITS, readTraceReport, type TraceMessage, type TraceReport } from '@icmp-mon/paths/contract';
import { PoisonError, type ReceivedMessage } from '@icmp-mon/platform/messaging';
import { DAY_MS } from '@icmp-mon/platform/plugins';
import { isUuid } from '@icmp-mon/probing/contract';
import { encodeTrace } from '../trace-body';

/** A row of `trace`. */
export interface TraceRow {
  report: TraceReport;
  agentId: string;
  at: string;
  receivedAt: string;
  reached: boolean;
  hops: number;
  /** JSON of a `LossOnset`, or null. */
  onset: string | null;
  body: Uint8Array;
}

/**
 * Returns the row of a message of `internal.traces`. No clock is read: a repeated message makes the same row.
 * @throws PoisonError
 */
export function readTraceRow(message: Pick<ReceivedMessage, 'value' | 'timestampMs'>): TraceRow {
  const { agentId, receivedAt, report } = readMessage(message);
  const receivedAtMs = Math.min(Date.parse(receivedAt), message.timestampMs);
  const { flows, onset } = lossOf(report.trace);
  return {
    ...{ report, agentId, receivedAt: new Date(receivedAtMs).toISOString() },
    at: new Date(startOf(report.trace.startedAtMs, receivedAtMs)).toISOString(),
    reached: flows.some(({ flow }) => flow.end === 'target'),
    hops: Math.max(0, ...flows.map(({ flow }) => flow.hops.length)),
    onset: onset === null ? null : JSON.stringify(onset),
    body: encodeTrace(report),
  };
}

/**
 * Returns when a trace started. The agent's clock is wrong if it is ahead of the time of receipt, or so far behind that the trace would be older
 * than any that is kept: the time of receipt then counts.
 */
function startOf(startedAtMs: number, receivedAtMs: number): number {
  const isPlausible = startedAtMs <= receivedAtMs && startedAtMs > receivedAtMs - PATH_LIMITS.tracesKeptDays * DAY_MS;
  return isPlausible ? startedAtMs : receivedAtMs;
}

function readMessage({ value }: Pick<ReceivedMessage, 'value'>): TraceMessage {
  let message: Partial<Record<string, unknown>> | null;
  try {
    message = JSON.parse(value?.toString('utf8') ?? '') as Partial<Record<string, unknown>> | null;
  } catch (cause) {
    throw new PoisonError('not JSON', { cause });
  }
  const { agentId, receivedAt } = message ?? {};
  if (typeof agentId !== 'string' || !isUuid(agentId)) throw new PoisonError('agentId must be a UUID');
  if (typeof receivedAt !== 'string' || !Number.isFinite(Date.parse(receivedAt))) {
    throw new PoisonError('receivedAt must be a time in ISO 8601');
  }
  const report = readTraceReport(message?.['report']);
  if (typeof report === 'string') throw new PoisonError(`report: ${report}`);
  return { agentId, receivedAt, report };
}
