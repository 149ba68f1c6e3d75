import type { ScheduleWindowRequest, WindowView } from '@icmp-mon/maintenance/contract';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { EventStore } from '@icmp-mon/platform/event-store';
import type { RequestMetadata } from '@icmp-mon/platform/http';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { databaseNow } from '../occurrences/database-now';
import { expandWindow } from '../occurrences/expand-window';
import { lockWindow } from './lock-window';
import { amend, MAINTENANCE } from './maintenance';
import { readDefinition } from './read-definition';
import { nameInUse } from './require-window';
import { readWindowView } from './window-rows';

/** Replaces the definition of a window; with `expectedVersion`, only if the window still has that version. */
export class AmendWindow extends Command<WindowView> {
  constructor(
    readonly id: string,
    readonly request: ScheduleWindowRequest,
    readonly metadata: RequestMetadata,
    readonly expectedVersion: number | undefined,
  ) {
    super();
  }
}

@CommandHandler(AmendWindow)
export class AmendWindowHandler implements ICommandHandler<AmendWindow> {
  constructor(
    private readonly store: EventStore,
    private readonly database: ControlDatabase,
  ) {}

  /** @throws DomainError `invalid`, `not_found`, `precondition_failed`; `conflict` for a silence, a cancelled window, a name in use */
  async execute({ id, request, metadata, expectedVersion }: AmendWindow): Promise<WindowView> {
    const definition = readDefinition(request);
    const nowMs = await databaseNow(this.database);
    const executed = this.store.execute(MAINTENANCE, id, (state) => amend(state, id, definition), {
      metadata,
      ...(expectedVersion === undefined ? {} : { expectedVersion }),
      before: async (sql) => void (await lockWindow(sql, id)),
      within: async (sql, events) => void (events.length > 0 && (await expandWindow(sql, id, nowMs))),
      answer: (sql) => readWindowView(sql, id),
    });
    return (await executed.catch(nameInUse(definition.name))).answer;
  }
}
