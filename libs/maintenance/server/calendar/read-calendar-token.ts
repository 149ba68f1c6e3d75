import type { CalendarTokenView } from '@icmp-mon/maintenance/contract';
import { ControlDatabase } from '@icmp-mon/platform/database';
import type { Principal } from '@icmp-mon/platform/http';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';

/** Reads whether the caller's calendar feed has a token, and when it was used. */
export class ReadCalendarToken extends Query<CalendarTokenView> {
  constructor(readonly caller: Principal) {
    super();
  }
}

@QueryHandler(ReadCalendarToken)
export class ReadCalendarTokenHandler implements IQueryHandler<ReadCalendarToken> {
  constructor(private readonly database: ControlDatabase) {}

  async execute({ caller: { id } }: ReadCalendarToken): Promise<CalendarTokenView> {
    const [row] = await this.database.query<{ issued_at: Date; last_used_at: Date | null }>(
      'SELECT issued_at, last_used_at FROM maintenance_calendar_token WHERE user_id::text = $1',
      [id],
    );
    return { issuedAt: row?.issued_at.toISOString() ?? null, lastUsedAt: row?.last_used_at?.toISOString() ?? null };
  }
}
