import { type AgentDescription, type AgentState, isAdmitted } from '@icmp-mon/agents/contract';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { EventStore } from '@icmp-mon/platform/event-store';
import { newId } from '@icmp-mon/platform/ids';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { AGENT } from './agent';
import { describe } from './agent-description';
import { AgentRefused, refusalOfState } from './agent-refused';

/**
 * Stores what an enrolled agent reports of itself, and returns the description in force. Provider and tags are self-reported at the
 * enrolment too, so a change applies immediately, except where an operator set another value. The name is the agent's identity, and a token
 * may have been restricted to a region: both change only by an enrolment or an operator.
 */
export class DescribeAgent extends Command<AgentDescription> {
  constructor(
    readonly agentId: string,
    readonly description: AgentDescription,
  ) {
    super();
  }
}

@CommandHandler(DescribeAgent)
export class DescribeAgentHandler implements ICommandHandler<DescribeAgent> {
  constructor(
    private readonly database: ControlDatabase,
    private readonly eventStore: EventStore,
  ) {}

  /** @throws AgentRefused */
  async execute({ agentId, description: { provider, tags } }: DescribeAgent): Promise<AgentDescription> {
    const metadata = { actor: `agent:${agentId}`, causationId: null, correlationId: newId() };
    await this.eventStore.execute(AGENT, agentId, (record) => describe(record, { provider, tags }), { metadata });
    const [row] = await this.database.query<AgentDescription & { state: AgentState }>(
      'SELECT name, region, provider, tags, state FROM agent WHERE id = $1',
      [agentId],
    );
    if (row === undefined || !isAdmitted(row.state)) {
      throw new AgentRefused(refusalOfState(row?.state) ?? 'agent_not_enrolled');
    }
    const { state: _state, ...inForce } = row;
    return inForce;
  }
}
