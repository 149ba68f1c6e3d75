import type { AgentConnection } from './agent';

/** An agent in service. */
export interface ServiceAgent {
  id: string;
  name: string;
  region: string;
  provider: string;
  connection: AgentConnection;
  /** Time of its last report, ISO 8601; null before the first. */
  lastSeenAt: string | null;
}

/** Agents in service with their connection, for routes of other contexts. */
export abstract class AgentDirectory {
  /** Returns the agents that the gateway admits, by name; at most 1,000. */
  abstract inService(): Promise<ServiceAgent[]>;
}
