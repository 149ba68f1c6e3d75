import type { CommandResult, ProbeAttempt, TrailLine } from '@icmp-mon/commands/contract';

/** Change of a part that results demand. It takes effect only while the part is unfinished. */
export interface PartChange {
  agentId: string;
  state: 'running' | 'completed' | 'failed';
  reason: string | null;
  detail: string | null;
  attempts: ProbeAttempt[];
  trail: TrailLine[];
  receivedAt: string;
}

/** Changes that results of one command demand, in the order of the log. */
export interface FoldedResults {
  parts: PartChange[];
  /** The command has expired: parts that are unfinished then expire. Results behind the expiry are too late. */
  hasExpired: boolean;
}

/** Returns the changes that results of one command demand: per agent the first end that it reported, otherwise that it received the command. */
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
  const part = { agentId, receivedAt: before?.receivedAt ?? receivedAt };
  const none = { reason: null, detail: null };
  if (report.state === 'received') return { ...part, state: 'running', ...none, attempts: [], trail: [] };
  const { attempts, trail } = report;
  if (report.state === 'completed') return { ...part, state: 'completed', ...none, attempts, trail };
  return { ...part, state: 'failed', reason: report.reason, detail: report.detail, attempts, trail };
}
