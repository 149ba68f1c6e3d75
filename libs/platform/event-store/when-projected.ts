import { pause } from '@icmp-mon/platform/concurrency';
import type { Sql } from '@icmp-mon/platform/database';
import { DomainError } from '@icmp-mon/platform/errors';
import type { EventProjection } from './event-projection';

const WAIT_MS_MAX = 2_000;
const LOOK_MS = 50;

/**
 * Waits until a projection contains all stored events up to an instant, at most 2 s.
 * @throws DomainError `unavailable` with the progress when it is further behind
 */
export async function whenProjected(
  sql: Sql,
  { name, category }: Pick<EventProjection, 'name' | 'category'>,
  at: Date,
): Promise<void> {
  for (const endMs = performance.now() + WAIT_MS_MAX; ;) {
    const [row] = await sql.query<{ waiting: boolean; percent: number }>(
      `WITH reached AS (SELECT coalesce((SELECT position FROM event_cursor WHERE name = $1), 0) AS position)
       SELECT EXISTS (SELECT FROM event WHERE position > reached.position AND occurred_at <= $3
                        AND split_part(stream, '-', 1) = $2) AS waiting,
         floor(100.0 * reached.position / greatest(1, (SELECT max(position) FROM event)))::integer AS percent
       FROM reached`,
      [name, category, at],
    );
    if (row?.waiting !== true) return;
    if (performance.now() > endMs) {
      throw new DomainError(
        'unavailable',
        `The history up to this time is not complete yet: ${row.percent} % of the event store is read. Try again in a few seconds.`,
      );
    }
    await pause(LOOK_MS);
  }
}
