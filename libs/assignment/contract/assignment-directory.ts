/** How many targets assignment knows an agent for. */
export interface AgentAssignments {
  /** It is selected for. */
  assigned: number;
  /** Its local policy keeps from it; they are with other agents, or with it where every agent refuses. */
  refused: number;
}

/** An agent as assignment knows it. */
export interface NamedAgent {
  agentId: string;
  agentName: string;
}

/** What was decided. Routes of other contexts inject it; the API composes it with assignment's own read model. */
export abstract class AssignmentDirectory {
  /** By agent; those without any target may be missing. Some seconds old at most, more in large installations. */
  abstract byAgent(): Promise<ReadonlyMap<string, AgentAssignments>>;
  /** Agents that would be selected for the target, but that their local policy refuses it. */
  abstract refusedBy(targetKey: number): Promise<NamedAgent[]>;
}
