/** Whether targets moved away from an agent, as last decided. */
export interface AgentPresence {
  agentId: string;
  /** `lost`: a hold-down expired, so that targets moved. `present`: it reports, can probe, and may have all its targets. */
  presence: 'lost' | 'present';
  /** Why it is lost; null for a present agent. */
  condition: 'silent' | 'unable' | null;
  /** Time of its last report, or since when it cannot probe; for a present agent since when it is present. ISO 8601. */
  since: string;
  cause: string;
}

/** Decisions of the watch about agents, for other contexts; bound to the assignment's own rows. */
export abstract class AgentPresences {
  /**
   * Returns the agents in service that are lost or present. Agents between the two are missing: silent before the hold-down, returned but
   * not yet stable, or without a first report.
   */
  abstract decided(): Promise<AgentPresence[]>;
}
