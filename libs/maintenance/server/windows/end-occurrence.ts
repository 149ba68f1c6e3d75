import type { WindowView } from '@icmp-mon/maintenance/contract';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { EventStore, keepAnswer } from '@icmp-mon/platform/event-store';
import type { RequestMetadata } from '@icmp-mon/platform/http';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { closeOccurrence } from '../occurrences/close-occurrence';
import { databaseNow } from '../occurrences/database-now';
import { expandWindow } from '../occurrences/expand-window';
import { lockWindow } from './lock-window';
import { lockOpen } from './open-rows';
import { readWindowView } from './window-rows';

/** Ends the open occurrences of a window now, or the one of a date. */
export class EndOccurrence extends Command<WindowView> {
  constructor(
    readonly id: string,
    readonly date: string | undefined,
    readonly metadata: RequestMetadata,
  ) {
    super();
  }
}

@CommandHandler(EndOccurrence)
export class EndOccurrenceHandler implements ICommandHandler<EndOccurrence> {
  constructor(
    private readonly store: EventStore,
    private readonly database: ControlDatabase,
  ) {}

  /** @throws DomainError `not_found`; `conflict` if none is open */
  execute({ id, date, metadata }: EndOccurrence): Promise<WindowView> {
    return this.database.transaction(async (sql) => {
      await lockWindow(sql, id);
      const at = new Date(await databaseNow(sql));
      for (const open of await lockOpen(sql, id, date)) {
        const closing = { at, cause: 'ended_early', metadata } as const;
        await closeOccurrence(sql, this.store, { windowId: id, date: open }, closing);
      }
      // It may have been amended while it was open.
      await expandWindow(sql, id, at.getTime());
      const view = await readWindowView(sql, id);
      await keepAnswer(sql, view);
      return view;
    });
  }
}
