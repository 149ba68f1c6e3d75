/** Number of targets of one agent in the assignment. */
export interface AgentAssignments {
  /** Targets for which the agent is selected. */
  assigned: number;
  /** Targets that its policy file refuses. They are assigned to other agents, or still to this one if every agent refuses them. */
  refused: number;
  /** Packets per second that the assigned targets cost, without targets that every agent refuses. */
  assignedPps: number;
  /** Packets per second that may be assigned to the agent; null means no limit. */
  capacityPps: number | null;
  /** Set while the version of the agent is below the minimum: targets registered since then prefer other ready agents. */
  outdated: { since: string; versionMin: string } | null;
}

/** Agent id with the name that the assignment stores. */
export interface NamedAgent {
  agentId: string;
  agentName: string;
}

/** Directory of assignments. Routes of other contexts inject it; the API binds it to the assignment's own read model. */
export abstract class AssignmentDirectory {
  /** Returns the counts by agent; an agent without targets may be missing. At most some seconds old, longer in large installations. */
  abstract byAgent(): Promise<ReadonlyMap<string, AgentAssignments>>;
  /** Returns the agents that would be selected for the target if their policy file did not refuse it. */
  abstract refusedBy(targetKey: number): Promise<NamedAgent[]>;
}
