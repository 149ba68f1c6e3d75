import type { AgentPolicy, AgentPolicyView } from '@icmp-mon/agents/contract';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';

/** Reads the policy file of an agent, as the agent reported it last. */
export class ReadAgentPolicy extends Query<AgentPolicyView> {
  constructor(readonly agentId: string) {
    super();
  }
}

@QueryHandler(ReadAgentPolicy)
export class ReadAgentPolicyHandler implements IQueryHandler<ReadAgentPolicy> {
  constructor(private readonly database: ControlDatabase) {}

  async execute({ agentId }: ReadAgentPolicy): Promise<AgentPolicyView> {
    const [row] = await this.database.query<{ policy: AgentPolicy; reportedAt: Date }>(
      'SELECT policy, reported_at AS "reportedAt" FROM assignment_agent_policy WHERE agent_id = $1',
      [agentId],
    );
    return { agentId, reported: row ? { ...row.policy, reportedAt: row.reportedAt.toISOString() } : null };
  }
}
