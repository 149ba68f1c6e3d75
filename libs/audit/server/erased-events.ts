import type { Sql } from '@icmp-mon/platform/database';
import { categoryOf, ERASED, type RecordedEvent } from '@icmp-mon/platform/event-store';
import type { AuditedCategory } from '@icmp-mon/platform/plugins';

/**
 * Returns events without the personal data of streams whose data were erased: events of older releases contain them in clear, also after
 * their erasure.
 */
export async function withoutErased(
  sql: Sql,
  categories: ReadonlyMap<string, AuditedCategory>,
  events: readonly RecordedEvent[],
): Promise<RecordedEvent[]> {
  const personal = [...categories.values()].filter(({ aggregate }) => (aggregate.personal?.erasedBy ?? null) !== null);
  const erasable = new Set(personal.map(({ aggregate }) => aggregate.category));
  const streams = [...new Set(events.map(({ stream }) => stream))].filter((stream) => erasable.has(categoryOf(stream)));
  if (streams.length === 0) return [...events];
  // An erasure ends its stream, of which only the last event is read: some streams have thousands.
  const rows = await sql.query<{ stream: string }>(
    `SELECT of AS stream FROM unnest($1::text[]) AS of CROSS JOIN LATERAL (
       SELECT type FROM event WHERE stream = of ORDER BY version DESC LIMIT 1) AS newest WHERE type = ANY ($2::text[])`,
    [streams, personal.map(({ aggregate }) => aggregate.personal?.erasedBy)],
  );
  const erased = new Set(rows.map(({ stream }) => stream));
  return events.map((event) => {
    const members = categories.get(categoryOf(event.stream))?.aggregate.personal?.members;
    return erased.has(event.stream) && members !== undefined ? { ...event, data: masked(event.data, members) } : event;
  });
}

const masked = (data: object, members: readonly string[]): object =>
  Object.fromEntries(
    Object.entries(data).map(([member, value]) => [
      member,
      members.includes(member) && value !== null ? ERASED : (value as unknown),
    ]),
  );
