import type { ChangeAgentDescriptionRequest, DescribedAgent } from '@icmp-mon/agents/contract';
import { isUniqueViolation, type Sql } from '@icmp-mon/platform/database';
import { DomainError } from '@icmp-mon/platform/errors';
import { EventStore } from '@icmp-mon/platform/event-store';
import type { RequestMetadata } from '@icmp-mon/platform/http';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { AGENT } from './agent';
import { changeDescription } from './agent-description';

/**
 * Changes an agent's name, region, provider, tags or capacity as an operator; with `expectedVersion`, only if the agent still has that
 * version. Assignment follows the event.
 */
export class ChangeAgentDescription extends Command<DescribedAgent> {
  constructor(
    readonly agentId: string,
    readonly patch: ChangeAgentDescriptionRequest,
    readonly metadata: RequestMetadata,
    readonly expectedVersion?: number,
  ) {
    super();
  }
}

@CommandHandler(ChangeAgentDescription)
export class ChangeAgentDescriptionHandler implements ICommandHandler<ChangeAgentDescription> {
  constructor(private readonly eventStore: EventStore) {}

  /** @throws DomainError `invalid`, `not_found`, `conflict` (retired, name taken), `precondition_failed` */
  async execute({ agentId, patch, metadata, expectedVersion }: ChangeAgentDescription): Promise<DescribedAgent> {
    try {
      const { answer } = await this.eventStore.execute(AGENT, agentId, (record) => changeDescription(record, patch), {
        metadata,
        ...(expectedVersion !== undefined && { expectedVersion }),
        answer: (sql) => readDescribed(sql, agentId),
      });
      return answer;
    } catch (error) {
      if (!isUniqueViolation(error, 'agent_name_unique')) throw error;
      const detail = `Another agent has the name "${patch.name}". Choose another name, or retire that agent first.`;
      throw new DomainError('conflict', detail, [{ pointer: '#/name', detail }], { cause: error });
    }
  }
}

async function readDescribed(sql: Sql, agentId: string): Promise<DescribedAgent> {
  const [described] = await sql.query<DescribedAgent>(
    `SELECT id, name, region, provider, tags, capacity_pps AS "capacityPps", set_by_operator AS "setByOperator", version
     FROM agent WHERE id = $1`,
    [agentId],
  );
  if (described === undefined) throw new Error(`The agent ${agentId} has events but no row.`);
  return described;
}
