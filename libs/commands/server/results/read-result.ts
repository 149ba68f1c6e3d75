import type { CommandResult } from '@icmp-mon/commands/contract';
import { PoisonError, type ReceivedMessage } from '@icmp-mon/platform/messaging';
import { isUuid, readReport } from './read-report';

/** Returns the content of a message of `internal.command-results`. @throws PoisonError */
export function readResult(message: Pick<ReceivedMessage, 'value'>): CommandResult {
  let result: Partial<Record<string, unknown>> | null;
  try {
    result = JSON.parse(message.value?.toString('utf8') ?? '') as Partial<Record<string, unknown>> | null;
  } catch (cause) {
    throw new PoisonError('not JSON', { cause });
  }
  if (result?.['kind'] === 'expiry' && isUuid(result['commandId'])) {
    return { kind: 'expiry', commandId: result['commandId'] };
  }
  const { kind, agentId, receivedAt } = result ?? {};
  const report = readReport(result?.['report']);
  const isDated = typeof receivedAt === 'string' && Number.isFinite(Date.parse(receivedAt));
  if (kind === 'report' && isUuid(agentId) && isDated && report !== null) return { kind, agentId, receivedAt, report };
  throw new PoisonError('neither a report of an agent about a command, nor an expiry');
}
