import type { CommandView } from '@icmp-mon/commands/contract';
import type { Scope } from '@icmp-mon/identity/contract';
import { ControlDatabase, type Sql } from '@icmp-mon/platform/database';
import { EventStore } from '@icmp-mon/platform/event-store';
import type { RequestMetadata } from '@icmp-mon/platform/http';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { cancel, COMMAND } from './command';
import { notifyChange, readParts } from './command-parts';
import { ReadCommands } from './read-commands';

/** Cancels a command: agents that have not answered stop running it. */
export class CancelCommand extends Command<CommandView> {
  constructor(
    readonly id: string,
    readonly scope: Scope,
    readonly metadata: RequestMetadata,
  ) {
    super();
  }
}

@CommandHandler(CancelCommand)
export class CancelCommandHandler implements ICommandHandler<CancelCommand> {
  constructor(
    private readonly control: ControlDatabase,
    private readonly store: EventStore,
    private readonly read: ReadCommands,
  ) {}

  /** @throws DomainError `not_found`; `conflict` if it has ended otherwise */
  async execute({ id, scope, metadata }: CancelCommand): Promise<CommandView> {
    // The id as it is stored: the caller may write it in upper case, but the name of the stream has one form.
    const row = await this.read.requireRow(this.control, id, scope);
    if (row.state !== 'cancelled') await this.control.transaction((sql) => this.cancelWithin(sql, row.id, metadata));
    return this.read.readView(this.control, row.id, scope);
  }

  private async cancelWithin(sql: Sql, id: string, metadata: RequestMetadata): Promise<void> {
    // The row is locked before the stream is appended to, as by every writer.
    await sql.query('SELECT FROM command WHERE id = $1 FOR UPDATE', [id]);
    await sql.execute(
      `WITH changed AS (
         UPDATE command SET state = 'cancelled', ended_at = now(), change = change + 1
         WHERE id = $1 AND state IN ('requested', 'running') RETURNING id, change
       )
       UPDATE command_agent a SET state = 'cancelled', ended_at = now(), change = changed.change
       FROM changed WHERE a.command_id = changed.id AND a.state IN ('waiting', 'running')`,
      [id],
    );
    const parts = await readParts(sql, id);
    await this.store.executeWithin(sql, COMMAND, id, (record) => cancel(record, id, parts), { metadata });
    await notifyChange(sql);
  }
}
