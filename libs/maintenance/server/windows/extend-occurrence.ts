import type { WindowView } from '@icmp-mon/maintenance/contract';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { EventStore, keepAnswer } from '@icmp-mon/platform/event-store';
import type { RequestMetadata } from '@icmp-mon/platform/http';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { extend, OCCURRENCE, occurrenceId } from '../occurrences/occurrence';
import { lockWindow } from './lock-window';
import { lockOpen } from './open-rows';
import { readWindowView } from './window-rows';

/** Lets the open occurrences of a window, or the one of a date, end later. */
export class ExtendOccurrence extends Command<WindowView> {
  constructor(
    readonly id: string,
    readonly minutes: number,
    readonly date: string | undefined,
    readonly metadata: RequestMetadata,
  ) {
    super();
  }
}

@CommandHandler(ExtendOccurrence)
export class ExtendOccurrenceHandler implements ICommandHandler<ExtendOccurrence> {
  constructor(
    private readonly store: EventStore,
    private readonly database: ControlDatabase,
  ) {}

  /** @throws DomainError `not_found`; `conflict` if none is open; `invalid` if it would be longer than 7 days */
  execute({ id, minutes, date, metadata }: ExtendOccurrence): Promise<WindowView> {
    return this.database.transaction(async (sql) => {
      await lockWindow(sql, id);
      for (const open of await lockOpen(sql, id, date)) {
        const decide = (state: typeof OCCURRENCE.initial) => extend(state, id, open, minutes);
        await this.store.executeWithin(sql, OCCURRENCE, occurrenceId(id, open), decide, { metadata });
      }
      const view = await readWindowView(sql, id);
      await keepAnswer(sql, view);
      return view;
    });
  }
}
