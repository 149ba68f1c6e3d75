import type { WindowView } from '@icmp-mon/maintenance/contract';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { EventStore } from '@icmp-mon/platform/event-store';
import type { RequestMetadata } from '@icmp-mon/platform/http';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { closeAll } from '../occurrences/close-occurrence';
import { databaseNow } from '../occurrences/database-now';
import { lockWindow } from './lock-window';
import { cancel, MAINTENANCE } from './maintenance';
import { readWindowView } from './window-rows';

/** Cancels a window or silence: what is open closes now, what is planned is deleted. */
export class CancelWindow extends Command<WindowView> {
  constructor(
    readonly id: string,
    readonly metadata: RequestMetadata,
    readonly expectedVersion: number | undefined,
  ) {
    super();
  }
}

@CommandHandler(CancelWindow)
export class CancelWindowHandler implements ICommandHandler<CancelWindow> {
  constructor(
    private readonly store: EventStore,
    private readonly database: ControlDatabase,
  ) {}

  /** @throws DomainError `not_found`, `precondition_failed` */
  async execute({ id, metadata, expectedVersion }: CancelWindow): Promise<WindowView> {
    const at = new Date(await databaseNow(this.database));
    const { answer } = await this.store.execute(MAINTENANCE, id, (state) => cancel(state, id), {
      metadata,
      ...(expectedVersion === undefined ? {} : { expectedVersion }),
      before: async (sql) => void (await lockWindow(sql, id)),
      within: (sql) => closeAll(sql, this.store, id, at, metadata),
      answer: (sql) => readWindowView(sql, id),
    });
    return answer;
  }
}
