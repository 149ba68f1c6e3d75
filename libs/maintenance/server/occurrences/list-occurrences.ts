import type { OccurrencePage, OccurrenceState } from '@icmp-mon/maintenance/contract';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { instantOf } from '@icmp-mon/platform/http';
import { CURSOR_VALUES, decodeTextCursor, encodeTextCursor } from '@icmp-mon/platform/paging';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { OCCURRENCE_COLUMNS, occurrenceView, type OccurrenceRow } from '../windows/window-rows';

/** Lists occurrences of all windows, or of one, that overlap a time range, by start. */
export class ListOccurrences extends Query<OccurrencePage> {
  constructor(
    readonly page: {
      limit: number;
      cursor?: string;
      window?: string;
      state?: OccurrenceState;
      /** Absent bounds are open. */
      from?: Date;
      to?: Date;
    },
  ) {
    super();
  }
}

/**
 * Returns the query for parameters as they are sent.
 * @throws DomainError `invalid` for a text that is not a time
 */
export function listOccurrences(
  { from, to, ...page }: { limit: number; cursor?: string; state?: OccurrenceState; from?: string; to?: string },
  window?: string,
): ListOccurrences {
  const at = (parameter: string, text: string) => new Date(instantOf(parameter, text, Date.now()));
  return new ListOccurrences({
    ...page,
    ...(window !== undefined && { window }),
    ...(from !== undefined && { from: at('from', from) }),
    ...(to !== undefined && { to: at('to', to) }),
  });
}

@QueryHandler(ListOccurrences)
export class ListOccurrencesHandler implements IQueryHandler<ListOccurrences> {
  constructor(private readonly database: ControlDatabase) {}

  /** @throws DomainError `invalid` for a cursor of another list */
  async execute({ page: { limit, cursor, window, state, from, to } }: ListOccurrences): Promise<OccurrencePage> {
    const [at = null, afterWindow = null, afterDate = null] =
      decodeTextCursor('occurrences', cursor, [CURSOR_VALUES.time, CURSOR_VALUES.uuid, CURSOR_VALUES.date]) ?? [];
    const rows = await this.database.query<OccurrenceRow>(
      `SELECT ${OCCURRENCE_COLUMNS} FROM maintenance_occurrence o
       WHERE ($1::uuid IS NULL OR o.window_id = $1) AND ($2::text IS NULL OR o.state = $2)
         AND ($3::timestamptz IS NULL OR coalesce(o.closed_at, o.ends_at) > $3) AND ($4::timestamptz IS NULL OR o.starts_at < $4)
         AND ($5::timestamptz IS NULL OR (o.starts_at, o.window_id, o.date) > ($5, $6::uuid, $7::date))
       ORDER BY o.starts_at, o.window_id, o.date LIMIT $8`,
      [window ?? null, state ?? null, from ?? null, to ?? null, at, afterWindow, afterDate, limit + 1],
    );
    const items = rows.slice(0, limit).map(occurrenceView);
    const last = items.at(-1);
    const more = rows.length > limit && last !== undefined;
    return { items, next: more ? encodeTextCursor('occurrences', [last.startsAt, last.windowId, last.date]) : null };
  }
}
