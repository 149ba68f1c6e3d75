import { type AgentView, isAdmitted } from '@icmp-mon/agents/contract';

/** A change of several agents at the same time. */
export interface SeveralChange {
  kind: 'drain' | 'capacity' | 'evict' | 'ban';
  label: string;
  /** Beginning of the title of its dialog: `Set the capacity of` 3 agents. */
  verb: string;
  /** Keyboard shortcut. */
  key: string;
  /** Effect of the change, shown in the dialog. */
  effect: string;
  isDangerous: boolean;
}

export const SEVERAL_CHANGES: readonly SeveralChange[] = [
  {
    ...{ kind: 'drain', label: 'Drain', verb: 'Drain', key: 'd', isDangerous: false },
    effect:
      'Their targets move to other agents, some agents at a time. A job does it: it pauses while more targets than now are not placed as ' +
      'their tiers ask. The agents stay connected.',
  },
  {
    ...{ kind: 'capacity', label: 'Capacity', verb: 'Set the capacity of', key: 'c', isDangerous: false },
    effect: 'Sets the packets per second that may be assigned to each of them.',
  },
  {
    ...{ kind: 'evict', label: 'Evict', verb: 'Evict', key: 'e', isDangerous: true },
    effect:
      'Their certificates and keys are refused within a minute. Each can enrol again with a token that names it. Targets that only they ' +
      'probe are not probed until they are assigned again: drain the agents first if they still work.',
  },
  {
    ...{ kind: 'ban', label: 'Ban', verb: 'Ban', key: 'b', isDangerous: true },
    effect:
      'Their certificates and keys are refused within a minute, and every token for them until they are unbanned. Targets that only they ' +
      'probe are not probed until they are assigned again: drain the agents first if they still work.',
  },
];

/** Returns the agents that a change is sent for, and a sentence about chosen ones that it leaves out: only agents in service are drained. */
export function changedOf<A extends Pick<AgentView, 'name' | 'state'>>(
  { kind }: Pick<SeveralChange, 'kind'>,
  chosen: readonly A[],
): { agents: readonly A[]; leftOut: string | null } {
  const others = kind === 'drain' ? chosen.filter(({ state }) => !isAdmitted(state)) : [];
  if (others.length === 0) return { agents: chosen, leftOut: null };
  return {
    agents: chosen.filter((agent) => !others.includes(agent)),
    leftOut: `Left out, because not in service: ${namesText(others.map(({ name, state }) => `${name} (${state})`))}.`,
  };
}

/** Returns the names for a text: the first ones, and how many others. */
export function namesText(names: readonly string[], shown = 5): string {
  const first = names.slice(0, shown).join(', ');
  return names.length > shown ? `${first} and ${names.length - shown} more` : first;
}

/** Returns the outcome of changes that were made one by one: `3 agents were changed. Not changed: fra-1 (…)`. */
export function outcomeText(changed: number, failed: readonly { name: string; reason: string }[]): string {
  const done = `${changed} ${changed === 1 ? 'agent was' : 'agents were'} changed.`;
  if (failed.length === 0) return done;
  return `${done} Not changed: ${namesText(failed.map(({ name, reason }) => `${name} (${reason})`))}.`;
}
