import type { CommandResult, HopNames, ProbeAttempt, TrailLine } from '@icmp-mon/commands/contract';
import type { Trace } from '@icmp-mon/paths/contract';

/** Change of a part that results demand. It takes effect only while the part is unfinished. */
export interface PartChange {
  agentId: string;
  state: 'running' | 'completed' | 'failed';
  reason: string | null;
  detail: string | null;
  attempts: ProbeAttempt[];
  trail: TrailLine[];
  /** Null: leaves the trace that is stored. */
  trace: Trace | null;
  names: HopNames;
  /** Number of the latest report of progress; 0 without one. */
  progress: number;
  receivedAt: string;
}

/** Changes that results of one command demand, in the order of the log. */
export interface FoldedResults {
  parts: PartChange[];
  /** The command has expired: parts that are unfinished then expire. Results behind the expiry are too late. */
  hasExpired: boolean;
}

/**
 * Returns the changes that results of one command demand: per agent the first end that it reported, otherwise that it received the command, with
 * the newest trace so far. A trace is kept if the end of its agent has none.
 */
export function foldResults(results: readonly CommandResult[]): FoldedResults {
  const parts = new Map<string, PartChange>();
  for (const result of results) {
    if (result.kind === 'expiry') return { parts: [...parts.values()], hasExpired: true };
    const before = parts.get(result.agentId);
    if (before === undefined || before.state === 'running') parts.set(result.agentId, changeOf(result, before));
  }
  return { parts: [...parts.values()], hasExpired: false };
}

function changeOf(
  { agentId, receivedAt, report }: Extract<CommandResult, { kind: 'report' }>,
  before: PartChange | undefined,
): PartChange {
  const { trace = null, names = {}, progress = 0 } = before ?? {};
  const part = { agentId, receivedAt: before?.receivedAt ?? receivedAt, trace, names, progress };
  const running: PartChange = { ...part, state: 'running', reason: null, detail: null, attempts: [], trail: [] };
  if (report.state === 'received') return running;
  if (report.state === 'progress') {
    if (report.number <= progress) return running;
    return { ...running, trace: report.trace, names: report.names, progress: report.number };
  }
  const { attempts, trail } = report;
  if (report.trace !== undefined) Object.assign(part, { trace: report.trace, names: report.names ?? {} });
  const none = { reason: null, detail: null };
  if (report.state === 'completed') return { ...part, state: 'completed', ...none, attempts, trail };
  return { ...part, state: 'failed', reason: report.reason, detail: report.detail, attempts, trail };
}
