import type { CommandView } from '@icmp-mon/commands/contract';
import type { CommandUpdate } from '@icmp-mon/platform/live-stream';

/**
 * Returns a command after an update of the stream: the same for an old or repeated one; null if one before it was missed, so that the command
 * must be read again.
 */
export function applyUpdate(
  view: CommandView | undefined,
  { after, command, agents }: CommandUpdate,
): CommandView | null {
  if (view !== undefined && command.change <= view.change) return view;
  if (view === undefined) return after === 0 ? { ...command, agents } : null;
  if (after > view.change) return null;
  const changed = new Map(agents.map((agent) => [agent.agentId, agent]));
  return { ...command, agents: view.agents.map((agent) => changed.get(agent.agentId) ?? agent) };
}
