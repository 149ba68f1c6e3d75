import type { ProbeKind } from '@icmp-mon/agents/contract';
import type { CheckParameters } from '@icmp-mon/tiers/contract';

/** Stream category of commands: `command-<id>`. Relayed to `public.commands.v1`, keyed by command id. */
export const COMMAND_STREAM = 'command';
/** Topic to which the relay publishes commands' events. */
export const COMMANDS_TOPIC = 'public.commands.v1';

/** CloudEvents types of these events. */
export const COMMAND_REQUESTED = 'icmpmon.command.requested.v1';
export const COMMAND_DISPATCHED = 'icmpmon.command.dispatched.v1';
export const COMMAND_COMPLETED = 'icmpmon.command.completed.v1';
export const COMMAND_FAILED = 'icmpmon.command.failed.v1';
export const COMMAND_EXPIRED = 'icmpmon.command.expired.v1';
export const COMMAND_CANCELLED = 'icmpmon.command.cancelled.v1';

/** A user or service asked agents to probe a target now. */
export interface CommandRequested {
  type: 'CommandRequested';
  data: {
    commandId: string;
    kind: ProbeKind;
    targetId: string;
    ip: string;
    vrf: string;
    parameters: CheckParameters;
    /** Probes per agent. */
    count: number;
    timeoutMs: number;
    agentIds: string[];
    /** An agent that has not answered by then no longer runs it, ISO 8601. */
    expiresAt: string;
  };
}

/** The first agent received the command. */
export interface CommandDispatched {
  type: 'CommandDispatched';
  data: { commandId: string };
}

/** Agents of an ended command by what became of their parts. */
export interface EndedAgents {
  commandId: string;
  completed: string[];
  failed: string[];
  expired: string[];
  cancelled: string[];
}

/** Every agent answered, and at least one of them probed the target, also without a reply. */
export interface CommandCompleted {
  type: 'CommandCompleted';
  data: EndedAgents;
}

/** Every agent answered, and none of them could probe the target. */
export interface CommandFailed {
  type: 'CommandFailed';
  data: EndedAgents;
}

/** The command expired before all of its agents had answered. */
export interface CommandExpired {
  type: 'CommandExpired';
  data: EndedAgents;
}

/** The command was cancelled; agents that had answered before are completed or failed. */
export interface CommandCancelled {
  type: 'CommandCancelled';
  data: EndedAgents;
}

export type CommandEnded = CommandCompleted | CommandFailed | CommandExpired | CommandCancelled;
export type CommandEvent = CommandRequested | CommandDispatched | CommandEnded;
