import { EventStore } from '@icmp-mon/platform/event-store';
import type { Principal, RequestMetadata } from '@icmp-mon/platform/http';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { CALENDAR, revokeToken } from './calendar-token';

/** Revokes the token of the caller's calendar feed, if there is one. */
export class RevokeCalendarToken extends Command<void> {
  constructor(
    readonly caller: Principal,
    readonly metadata: RequestMetadata,
  ) {
    super();
  }
}

@CommandHandler(RevokeCalendarToken)
export class RevokeCalendarTokenHandler implements ICommandHandler<RevokeCalendarToken> {
  constructor(private readonly store: EventStore) {}

  async execute({ caller: { id }, metadata }: RevokeCalendarToken): Promise<void> {
    await this.store.execute(CALENDAR, id, (state) => revokeToken(state, id), {
      metadata,
      within: async (sql, events) => {
        if (events.length > 0)
          await sql.execute('DELETE FROM maintenance_calendar_token WHERE user_id::text = $1', [id]);
      },
    });
  }
}
