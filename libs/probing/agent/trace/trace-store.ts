import { type AgentTraceReport, TRACE_REPORT_LIMITS, type TraceCause, type TraceEnd } from '@icmp-mon/paths/contract';
import { newId } from '@icmp-mon/platform/ids';
import type { TraceSpool } from './trace-spool';

/** A finished trace, to be kept until the gateway has it. */
export interface FinishedTrace {
  cause: TraceCause;
  /** Key of the target; null for a command, which names it. */
  targetKey: number | null;
  commandId: string | null;
  end: TraceEnd;
}

/** Keeps finished traces, of the agent's own schedule and of commands, until the gateway has them. */
export class TraceStore {
  constructor(
    private readonly spool: Pick<TraceSpool, 'appendReport'>,
    private readonly onKept: () => void,
  ) {}

  /** Keeps a trace; returns false for one that has measured nothing. What is kept is durable when the promise resolves, which never rejects. */
  async keepTrace({ cause, targetKey, commandId, end }: FinishedTrace): Promise<boolean> {
    const { trace } = end;
    if (trace === null) return false;
    const ended: AgentTraceReport['end'] = end.ok
      ? { ok: true }
      : { ok: false, reason: end.reason, detail: lineOf(end.detail) };
    await this.spool.appendReport({ id: newId(), targetKey, cause, commandId, trace, end: ended, names: {} });
    this.onKept();
    return true;
  }
}

/** The details of mtr's errors come from outside. */
function lineOf(text: string): string {
  return text
    .replaceAll(/[\s\p{C}]+/gu, ' ')
    .trim()
    .slice(0, TRACE_REPORT_LIMITS.detailLength);
}
