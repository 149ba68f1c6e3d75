import type { Sql } from '@icmp-mon/platform/database';
import type { EventFilter } from './event-filter';

/** Longest time between the start of an appending transaction, which dates its events, and the assignment of their positions. */
const APPEND_MS_MAX = 60_000;

/** Positions, both exclusive. */
export interface PositionRange {
  after: number;
  before: number;
}

/**
 * Returns positions between which all events of a time range are; null: there are none. Positions rise with time except within
 * `APPEND_MS_MAX`, so the range is that much wider, and readers compare the times of events as well.
 */
export async function positionRange(
  sql: Sql,
  { fromMs, toMs }: Pick<EventFilter, 'fromMs' | 'toMs'>,
): Promise<PositionRange> {
  const [row] = await sql.query<{ after: number | null; before: number | null }>(
    `SELECT (SELECT position FROM event WHERE occurred_at < $1::timestamptz ORDER BY occurred_at DESC LIMIT 1) AS after,
            (SELECT position FROM event WHERE occurred_at >= $2::timestamptz ORDER BY occurred_at LIMIT 1) AS before`,
    [dateOf(fromMs, -APPEND_MS_MAX), dateOf(toMs, APPEND_MS_MAX)],
  );
  return { after: row?.after ?? 0, before: row?.before ?? Number.MAX_SAFE_INTEGER };
}

const dateOf = (ms: number | null, slackMs: number): Date | null => (ms === null ? null : new Date(ms + slackMs));
