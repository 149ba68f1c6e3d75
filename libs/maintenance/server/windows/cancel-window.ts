import type { WindowView } from '@icmp-mon/maintenance/contract';
import { ControlDatabase, type Sql } from '@icmp-mon/platform/database';
import { EventStore } from '@icmp-mon/platform/event-store';
import type { RequestMetadata } from '@icmp-mon/platform/http';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { closeOccurrence } from '../occurrences/close-occurrence';
import { databaseNow } from '../occurrences/database-now';
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
      within: (sql) => this.closeAll(sql, id, at, metadata),
      answer: (sql) => readWindowView(sql, id),
    });
    return answer;
  }

  private async closeAll(sql: Sql, windowId: string, at: Date, metadata: RequestMetadata): Promise<void> {
    // An expansion that runs has read the window before: it must not add occurrences afterwards.
    await sql.query('SELECT FROM maintenance_expansion WHERE window_id = $1 FOR UPDATE', [windowId]);
    await sql.execute(`DELETE FROM maintenance_occurrence WHERE window_id = $1 AND state = 'planned'`, [windowId]);
    const open = await sql.query<{ date: string }>(
      `SELECT date::text AS date FROM maintenance_occurrence WHERE window_id = $1 AND state = 'open' ORDER BY date FOR UPDATE`,
      [windowId],
    );
    for (const { date } of open) {
      await closeOccurrence(sql, this.store, { windowId, date }, { at, cause: 'cancelled', metadata });
    }
  }
}
