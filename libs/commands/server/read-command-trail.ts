import type { CommandTrail, TrailLine } from '@icmp-mon/commands/contract';
import type { Scope } from '@icmp-mon/identity/contract';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { DomainError } from '@icmp-mon/platform/errors';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { ReadCommands } from './read-commands';

/** Reads what an agent did for a command, step by step. */
export class ReadCommandTrail extends Query<CommandTrail> {
  constructor(
    readonly id: string,
    readonly agentId: string,
    readonly scope: Scope,
  ) {
    super();
  }
}

@QueryHandler(ReadCommandTrail)
export class ReadCommandTrailHandler implements IQueryHandler<ReadCommandTrail> {
  constructor(
    private readonly database: ControlDatabase,
    private readonly read: ReadCommands,
  ) {}

  /** @throws DomainError `not_found` */
  async execute({ id, agentId, scope }: ReadCommandTrail): Promise<CommandTrail> {
    await this.read.requireRow(this.database, id, scope);
    const [row] = await this.database.query<{ lines: TrailLine[] | null }>(
      `SELECT t.lines FROM command_agent a LEFT JOIN command_trail t USING (command_id, agent_id)
       WHERE a.command_id = $1 AND a.agent_id = $2`,
      [id, agentId],
    );
    if (row !== undefined) return { lines: row.lines };
    throw new DomainError('not_found', `Agent ${agentId} is not an agent of this command.`);
  }
}
