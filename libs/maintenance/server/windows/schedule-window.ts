import { MAINTENANCE_LIMITS, type ScheduleWindowRequest, type WindowView } from '@icmp-mon/maintenance/contract';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { EventStore } from '@icmp-mon/platform/event-store';
import type { RequestMetadata } from '@icmp-mon/platform/http';
import { newId } from '@icmp-mon/platform/ids';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { databaseNow } from '../occurrences/database-now';
import { expandWindow } from '../occurrences/expand-window';
import { MAINTENANCE, schedule } from './maintenance';
import { readDefinition } from './read-definition';
import { nameInUse, requireFuture, requireRoom } from './require-window';
import { readWindowView } from './window-rows';

/** Schedules a window, once or recurring. */
export class ScheduleWindow extends Command<WindowView> {
  constructor(
    readonly request: ScheduleWindowRequest,
    readonly metadata: RequestMetadata,
  ) {
    super();
  }
}

@CommandHandler(ScheduleWindow)
export class ScheduleWindowHandler implements ICommandHandler<ScheduleWindow> {
  constructor(
    private readonly store: EventStore,
    private readonly database: ControlDatabase,
  ) {}

  /** @throws DomainError `invalid`; `conflict` if the name is in use, or there are too many windows */
  async execute({ request, metadata }: ScheduleWindow): Promise<WindowView> {
    const definition = readDefinition(request);
    const nowMs = await databaseNow(this.database);
    requireFuture(definition, {}, nowMs);
    await requireRoom(this.database, MAINTENANCE_LIMITS.windows);
    const id = newId();
    const executed = this.store.execute(MAINTENANCE, id, (state) => schedule(state, id, definition), {
      metadata,
      expectedVersion: 0,
      within: async (sql) => void (await expandWindow(sql, id, nowMs)),
      answer: (sql) => readWindowView(sql, id),
    });
    return (await executed.catch(nameInUse(definition.name))).answer;
  }
}
