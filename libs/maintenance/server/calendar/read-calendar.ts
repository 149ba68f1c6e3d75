import { createHash } from 'node:crypto';
import { ShortCache } from '@icmp-mon/platform/batching';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { DomainError } from '@icmp-mon/platform/errors';
import { CallerAccess } from '@icmp-mon/platform/plugins';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { databaseNow } from '../occurrences/database-now';
import { calendarText } from './calendar-text';
import { tokenHash } from './calendar-token';
import { FeedLimit } from './feed-limit';
import { readFeed } from './read-feed';

/** The feed is the same for every user who may read windows; it is read again after this time. */
const KEPT_MS = 10_000;

export interface CalendarFeed {
  text: string;
  etag: string;
}

/** Reads the calendar feed of the user whose token it is. */
export class ReadCalendar extends Query<CalendarFeed> {
  constructor(readonly token: string) {
    super();
  }
}

@QueryHandler(ReadCalendar)
export class ReadCalendarHandler implements IQueryHandler<ReadCalendar> {
  private readonly limit = new FeedLimit();
  private readonly feed = new ShortCache<CalendarFeed>({ entriesMax: 1, keptMs: (tookMs) => KEPT_MS - tookMs });

  constructor(
    private readonly database: ControlDatabase,
    private readonly access: CallerAccess,
  ) {}

  /** @throws DomainError `unauthenticated`; `forbidden` for a user who may not read windows; `too_many_requests` */
  async execute({ token }: ReadCalendar): Promise<CalendarFeed> {
    const hash = tokenHash(token);
    const [row] =
      hash === null
        ? []
        : await this.database.query<{ user_id: string; note_use: boolean }>(
            `SELECT user_id, last_used_at IS NULL OR last_used_at < now() - interval '1 minute' AS note_use
             FROM maintenance_calendar_token WHERE token_hash = $1`,
            [hash],
          );
    if (row === undefined) {
      throw new DomainError('unauthenticated', 'The token of the calendar is unknown or revoked. Create another one.');
    }
    this.limit.requireAllowed(row.user_id, performance.now());
    await this.requireAccess(row.user_id);
    if (row.note_use) {
      await this.database.execute('UPDATE maintenance_calendar_token SET last_used_at = now() WHERE token_hash = $1', [
        hash,
      ]);
    }
    return this.feed.get('feed', async () => {
      const text = calendarText(await readFeed(this.database, await databaseNow(this.database)));
      return { text, etag: `"${createHash('sha256').update(text).digest('base64url')}"` };
    });
  }

  /** The access that the user has now counts, not that of the time at which the token was made. A user with a scope may not read windows. */
  private async requireAccess(userId: string): Promise<void> {
    const access = await this.access.readAccess(this.database, `user:${userId}`);
    if (access === null) throw new DomainError('unauthenticated', 'The user of this calendar is disabled or removed.');
    if (!access.permissions.includes('maintenance:read')) {
      throw new DomainError(
        'forbidden',
        'The user of this calendar may not read windows: maintenance:read is missing.',
      );
    }
  }
}
