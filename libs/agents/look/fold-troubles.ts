import type { AgentView } from '@icmp-mon/agents/contract';
import { worstTrouble } from './agent-trouble';
import { worstFirst } from './worst-first';

/** Agents that have the same problem. */
export interface TroubleGroup {
  agents: AgentView[];
  /** The problem: of a single agent with its figures, of several what they have in common. */
  text: string;
  /** Names of the first agents, and how many more there are. */
  names: string;
}

/** Agents whose names a group has. */
const NAMED_MAX = 3;

/** Returns the problems of agents, each once, worst first; agents whose state is unknown are left out. */
export function foldTroubles(agents: readonly AgentView[], nowMs: number): TroubleGroup[] {
  const groups = new Map<string, TroubleGroup>();
  for (const agent of worstFirst(agents, nowMs)) {
    const trouble = agent.connection === 'unknown' ? null : worstTrouble(agent, nowMs);
    if (trouble === null) continue;
    const group = groups.get(trouble.cause);
    if (group === undefined) groups.set(trouble.cause, { agents: [agent], text: trouble.text, names: agent.name });
    else {
      group.agents.push(agent);
      group.text = trouble.cause;
      group.names = namesOf(group.agents);
    }
  }
  return [...groups.values()];
}

function namesOf(agents: readonly AgentView[]): string {
  const names = agents.slice(0, NAMED_MAX).map(({ name }) => name);
  const more = agents.length - names.length;
  return `${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
