import type { CommandView } from '@icmp-mon/commands/contract';
import type { Scope } from '@icmp-mon/identity/contract';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { ReadCommands } from './read-commands';

/** Reads a command with its parts. */
export class ReadCommand extends Query<CommandView> {
  constructor(
    readonly id: string,
    readonly scope: Scope,
  ) {
    super();
  }
}

@QueryHandler(ReadCommand)
export class ReadCommandHandler implements IQueryHandler<ReadCommand> {
  constructor(
    private readonly database: ControlDatabase,
    private readonly read: ReadCommands,
  ) {}

  /** @throws DomainError `not_found` */
  execute({ id, scope }: ReadCommand): Promise<CommandView> {
    return this.read.readView(this.database, id, scope);
  }
}
