import type { DateChange, WindowView } from '@icmp-mon/maintenance/contract';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { EventStore } from '@icmp-mon/platform/event-store';
import type { RequestMetadata } from '@icmp-mon/platform/http';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { databaseNow } from '../occurrences/database-now';
import { expandWindow } from '../occurrences/expand-window';
import { lockWindow } from './lock-window';
import { changeDate, MAINTENANCE, type MaintenanceState } from './maintenance';
import { requireLater, requirePlanned, isMove } from './require-planned';
import { readWindowView } from './window-rows';

/** Skips or moves the occurrence of one date; a change of null lets it follow the rule again. */
export class ChangeDate extends Command<WindowView> {
  constructor(
    readonly id: string,
    readonly date: string,
    /** Returns the change for the window as it is. */
    readonly changeOf: (state: MaintenanceState) => DateChange | null,
    readonly metadata: RequestMetadata,
    readonly expectedVersion: number | undefined,
  ) {
    super();
  }
}

@CommandHandler(ChangeDate)
export class ChangeDateHandler implements ICommandHandler<ChangeDate> {
  constructor(
    private readonly store: EventStore,
    private readonly database: ControlDatabase,
  ) {}

  /** @throws DomainError `invalid`, `not_found`, `precondition_failed`; `conflict` once the occurrence has begun, and for a silence */
  async execute({ id, date, changeOf, metadata, expectedVersion }: ChangeDate): Promise<WindowView> {
    const nowMs = await databaseNow(this.database);
    const decide = (state: MaintenanceState) => {
      const change = changeOf(state);
      const events = changeDate(state, id, date, change);
      if (events.length > 0) requireLater(state, date, change, nowMs);
      return events;
    };
    const { answer } = await this.store.execute(MAINTENANCE, id, decide, {
      metadata,
      ...(expectedVersion === undefined ? {} : { expectedVersion }),
      before: async (sql) => void (await lockWindow(sql, id)),
      within: async (sql, events) => {
        if (events.length === 0) return;
        await requirePlanned(sql, id, date, { nowMs, isMoved: events.some(isMove) });
        await expandWindow(sql, id, nowMs);
      },
      answer: (sql) => readWindowView(sql, id),
    });
    return answer;
  }
}
