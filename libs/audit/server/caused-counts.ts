import { CAUSED_COUNT_MAX } from '@icmp-mon/audit/contract';
import type { Sql } from '@icmp-mon/platform/database';
import type { RecordedEvent } from '@icmp-mon/platform/event-store';

/** Returns how many events have a cause, by correlation id; ids without such events are absent. */
export async function causedCounts(sql: Sql, events: readonly RecordedEvent[]): Promise<Map<string, number>> {
  const causes = events.filter(({ metadata }) => metadata.causationId === null);
  const rows = await sql.query<{ id: string; count: number }>(
    `SELECT asked.id, caused.count FROM unnest($1::text[]) AS asked (id) CROSS JOIN LATERAL (
       SELECT count(*) FROM (
         SELECT FROM event WHERE (metadata ->> 'correlationId') = asked.id
           AND ((metadata ->> 'causationId') IS NOT NULL) = true ORDER BY type, position LIMIT $2::integer) AS few) AS caused
     WHERE caused.count > 0`,
    [[...new Set(causes.map(({ metadata }) => metadata.correlationId))], CAUSED_COUNT_MAX],
  );
  return new Map(rows.map(({ id, count }) => [id, count]));
}
