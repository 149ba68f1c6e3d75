import type { AgentView } from '@icmp-mon/agents/contract';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { AgentShares } from './agent-shares';
import { ListedAgents } from './listed-agents';

/** Reads an agent by its id, in any state. */
export class ReadAgent extends Query<AgentView> {
  constructor(readonly agentId: string) {
    super();
  }
}

@QueryHandler(ReadAgent)
export class ReadAgentHandler implements IQueryHandler<ReadAgent> {
  constructor(
    private readonly agents: ListedAgents,
    private readonly shares: AgentShares,
  ) {}

  /** @throws DomainError `not_found` */
  async execute({ agentId }: ReadAgent): Promise<AgentView> {
    const [agent] = await this.shares.addTo([await this.agents.get(agentId)]);
    return agent;
  }
}
