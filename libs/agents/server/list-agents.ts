import type { AgentState, AgentView } from '@icmp-mon/agents/contract';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { AgentShares } from './agent-shares';
import { ListedAgents } from './listed-agents';

/** Lists agents by name, at most 1,000: those in a state, or all except retired ones. */
export class ListAgents extends Query<{ items: AgentView[] }> {
  constructor(readonly state: AgentState | undefined) {
    super();
  }
}

@QueryHandler(ListAgents)
export class ListAgentsHandler implements IQueryHandler<ListAgents> {
  constructor(
    private readonly agents: ListedAgents,
    private readonly shares: AgentShares,
  ) {}

  async execute({ state }: ListAgents): Promise<{ items: AgentView[] }> {
    return { items: await this.shares.addTo(await this.agents.listAgents(state)) };
  }
}
