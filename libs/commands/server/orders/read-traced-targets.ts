import { ControlDatabase } from '@icmp-mon/platform/database';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';

/** Reads the targets of these commands, as far as the agent was to trace them. */
export class ReadTracedTargets extends Query<ReadonlyMap<string, { id: string; ip: string }>> {
  constructor(
    readonly agentId: string,
    readonly commandIds: readonly string[],
  ) {
    super();
  }
}

@QueryHandler(ReadTracedTargets)
export class ReadTracedTargetsHandler implements IQueryHandler<ReadTracedTargets> {
  constructor(private readonly database: ControlDatabase) {}

  async execute({ agentId, commandIds }: ReadTracedTargets): Promise<ReadonlyMap<string, { id: string; ip: string }>> {
    if (commandIds.length === 0) return new Map();
    const rows = await this.database.query<{ command_id: string; id: string; ip: string }>(
      `SELECT c.id AS command_id, c.target_id AS id, host(c.ip) AS ip
       FROM command c JOIN command_agent a ON a.command_id = c.id
       WHERE c.id = ANY ($2::uuid[]) AND c.kind = 'mtr' AND a.agent_id = $1`,
      [agentId, commandIds],
    );
    return new Map(rows.map(({ command_id, id, ip }) => [command_id, { id, ip }]));
  }
}
