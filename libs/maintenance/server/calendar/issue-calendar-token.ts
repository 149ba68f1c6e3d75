import type { IssuedCalendarToken } from '@icmp-mon/maintenance/contract';
import { DomainError } from '@icmp-mon/platform/errors';
import { EventStore } from '@icmp-mon/platform/event-store';
import type { Principal, RequestMetadata } from '@icmp-mon/platform/http';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { CALENDAR, issueToken, newCalendarToken, tokenHash } from './calendar-token';

/** Creates the token of the caller's calendar feed. A former one is refused from then on. */
export class IssueCalendarToken extends Command<IssuedCalendarToken> {
  constructor(
    readonly caller: Principal,
    readonly metadata: RequestMetadata,
  ) {
    super();
  }
}

@CommandHandler(IssueCalendarToken)
export class IssueCalendarTokenHandler implements ICommandHandler<IssueCalendarToken> {
  constructor(private readonly store: EventStore) {}

  /** @throws DomainError `conflict` for an API key */
  async execute({ caller: { kind, id }, metadata }: IssueCalendarToken): Promise<IssuedCalendarToken> {
    if (kind !== 'user') {
      throw new DomainError('conflict', 'A calendar feed belongs to a user: log in to create its token.');
    }
    const token = newCalendarToken();
    const { answer } = await this.store.execute(CALENDAR, id, () => issueToken(id), {
      metadata,
      within: async (sql) => {
        await sql.execute(
          `INSERT INTO maintenance_calendar_token (user_id, token_hash, issued_at) VALUES ($1, $2, now())
           ON CONFLICT (user_id) DO UPDATE SET token_hash = excluded.token_hash, issued_at = excluded.issued_at, last_used_at = NULL`,
          [id, tokenHash(token)],
        );
      },
      answer: (_sql, [issued]) => ({
        ...{ token, path: `/api/v1/maintenance/calendar.ics?token=${token}`, issuedAt: issued.occurredAt },
      }),
    });
    return answer;
  }
}
