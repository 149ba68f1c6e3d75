import { EventStore } from '@icmp-mon/platform/event-store';
import type { RequestMetadata } from '@icmp-mon/platform/http';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { INVENTORY_SOURCE, remove } from './source';

/** Removes an inventory source with its runs and credential. Its targets stay, and no longer belong to a source. */
export class RemoveSource extends Command<void> {
  constructor(
    readonly id: string,
    readonly metadata: RequestMetadata,
    readonly expectedVersion: number | undefined,
  ) {
    super();
  }
}

@CommandHandler(RemoveSource)
export class RemoveSourceHandler implements ICommandHandler<RemoveSource> {
  constructor(private readonly store: EventStore) {}

  /** @throws DomainError `not_found`, `precondition_failed` */
  async execute({ id, metadata, expectedVersion }: RemoveSource): Promise<void> {
    await this.store.execute(INVENTORY_SOURCE, id, (state) => remove(state, id), {
      metadata,
      ...(expectedVersion !== undefined && { expectedVersion }),
      within: async (sql) => {
        await sql.execute('DELETE FROM inventory_source WHERE id = $1', [id]);
      },
    });
  }
}
