/** Where an agent is, for the meaning of private addresses that it sees. */
export interface AgentSite {
  name: string;
  /** Its tag `site`; without one its name, because nothing shows that two agents see the same private addresses. */
  site: string;
  /** Its measurements are not to be trusted. */
  isBanned: boolean;
}

/** Names and sites of agents, also of agents that are no longer in service, for routes of other contexts. */
export abstract class AgentSites {
  /** Returns the agents that exist, by id. */
  abstract ofAgents(ids: readonly string[]): Promise<Map<string, AgentSite>>;
}
