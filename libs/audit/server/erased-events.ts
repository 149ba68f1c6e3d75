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
  const erasing = [...categories.values()].flatMap(({ aggregate }) => aggregate.personal?.erasedBy ?? []);
  const rows = await sql.query<{ stream: string }>(
    'SELECT DISTINCT stream FROM event WHERE stream = ANY ($1::text[]) AND type = ANY ($2::text[])',
    [[...new Set(events.map(({ stream }) => stream))], erasing],
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
