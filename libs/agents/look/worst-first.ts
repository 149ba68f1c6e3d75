import type { AgentConnection, AgentView } from '@icmp-mon/agents/contract';
import { agentTrouble } from './agent-trouble';

const CONNECTIONS: AgentConnection[] = ['lost', 'late', 'unknown', 'enrolled', 'connected'];

/** Returns the agents sorted: those without a connection first, then those with a problem, then by name. */
export function worstFirst(agents: readonly AgentView[], nowMs: number): AgentView[] {
  const rank = (agent: AgentView): number =>
    CONNECTIONS.indexOf(agent.connection) * 2 + (agentTrouble(agent, nowMs) === null ? 1 : 0);
  return [...agents].sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name));
}
