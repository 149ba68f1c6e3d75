import {
  COMMAND_STREAM,
  type CommandAgentState,
  type CommandEnded,
  type CommandEvent,
  type CommandRequested,
  type EndedAgents,
} from '@icmp-mon/commands/contract';
import { DomainError } from '@icmp-mon/platform/errors';
import type { Aggregate } from '@icmp-mon/platform/event-store';

export type CommandRecord = { kind: 'unknown' } | { kind: 'open'; isDispatched: boolean } | { kind: 'ended' };

/** The life cycle of a command. The answers of its agents are in the tables `command_agent` and `command_trail`. */
export const COMMAND: Aggregate<CommandRecord, CommandEvent> = {
  category: COMMAND_STREAM,
  initial: { kind: 'unknown' },
  evolve,
};

/** State of a command on one agent. */
export interface Part {
  agentId: string;
  state: CommandAgentState;
}

export const requested = (data: CommandRequested['data']): CommandEvent[] => [{ type: 'CommandRequested', data }];

/** Decides that the first agent has received the command; no event if one had before, or it has ended. */
export function dispatch(record: CommandRecord, commandId: string): CommandEvent[] {
  if (record.kind !== 'open' || record.isDispatched) return [];
  return [{ type: 'CommandDispatched', data: { commandId } }];
}

/** Decides to cancel a command; its parts are already cancelled where they had not ended. */
export function cancel(record: CommandRecord, commandId: string, parts: readonly Part[]): CommandEvent[] {
  if (record.kind === 'open') return [{ type: 'CommandCancelled', data: endedAgents(commandId, parts) }];
  throw new DomainError('conflict', 'The command has ended: it cannot be cancelled.');
}

/** Decides how a command ends; no event while a part is unfinished, or after its end. */
export function end(record: CommandRecord, commandId: string, parts: readonly Part[]): CommandEvent[] {
  if (record.kind !== 'open' || parts.some(({ state }) => state === 'waiting' || state === 'running')) return [];
  const data = endedAgents(commandId, parts);
  return [{ type: endOf(data), data }];
}

function endOf({ completed, expired }: EndedAgents): CommandEnded['type'] {
  if (expired.length > 0) return 'CommandExpired';
  return completed.length > 0 ? 'CommandCompleted' : 'CommandFailed';
}

function endedAgents(commandId: string, parts: readonly Part[]): EndedAgents {
  const inState = (wanted: CommandAgentState): string[] =>
    parts.filter(({ state }) => state === wanted).map(({ agentId }) => agentId);
  return {
    commandId,
    completed: inState('completed'),
    failed: inState('failed'),
    expired: inState('expired'),
    cancelled: inState('cancelled'),
  };
}

function evolve(record: CommandRecord, event: CommandEvent): CommandRecord {
  switch (event.type) {
    case 'CommandRequested':
      return { kind: 'open', isDispatched: false };
    case 'CommandDispatched':
      return record.kind === 'open' ? { kind: 'open', isDispatched: true } : record;
    case 'CommandCompleted':
    case 'CommandFailed':
    case 'CommandExpired':
    case 'CommandCancelled':
      return { kind: 'ended' };
    default:
      // An event of a newer release.
      event satisfies never;
      return record;
  }
}
