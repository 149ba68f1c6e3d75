import type { DateChange, WindowView } from '@icmp-mon/maintenance/contract';
import { ControlDatabase, type Sql } from '@icmp-mon/platform/database';
import { DomainError } from '@icmp-mon/platform/errors';
import { EventStore } from '@icmp-mon/platform/event-store';
import type { RequestMetadata } from '@icmp-mon/platform/http';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { databaseNow } from '../occurrences/database-now';
import { expandWindow } from '../occurrences/expand-window';
import { occurrenceOn } from '../occurrences/planned-occurrences';
import { lockWindow } from './lock-window';
import { changeDate, MAINTENANCE, type MaintenanceState } from './maintenance';
import { fault, refuseFaults } from './read-definition';
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
        await requirePlanned(sql, id, date, nowMs);
        await expandWindow(sql, id, nowMs);
      },
      answer: (sql) => readWindowView(sql, id),
    });
    return answer;
  }
}

/** An occurrence that is moved into the past would never begin. @throws DomainError `invalid` */
function requireLater(state: MaintenanceState, date: string, change: DateChange | null, nowMs: number): void {
  if (state.kind !== 'window' || change?.kind !== 'moved') return;
  const moved = occurrenceOn(state.definition, date, change);
  if (moved === null || moved.endMs > nowMs) return;
  refuseFaults([fault('onDate', 'with these times is in the past: the occurrence would have ended before now')]);
}

/** An occurrence that has begun is changed by ending or extending it. The lock makes the worker wait, or this request for it. */
async function requirePlanned(sql: Sql, id: string, date: string, nowMs: number): Promise<void> {
  const [row] = await sql.query<{ state: string; starts_at: Date }>(
    'SELECT state, starts_at FROM maintenance_occurrence WHERE window_id = $1 AND date = $2::date FOR UPDATE',
    [id, date],
  );
  if (row === undefined || (row.state === 'planned' && row.starts_at.getTime() > nowMs)) return;
  const detail =
    row.state === 'closed'
      ? `The occurrence of ${date} has closed and stays as it is.`
      : `The occurrence of ${date} has begun. End it early, or extend it.`;
  throw new DomainError('conflict', detail);
}
