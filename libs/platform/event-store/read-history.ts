import type { Sql } from '@icmp-mon/platform/database';
import { type DomainEvent, type RecordedEvent, streamOf } from './aggregate';
import { COLUMNS, readRecorded } from './read-events';

/** Returns the latest events of one aggregate below a version, newest first, at most `limit`. */
export async function readHistory<E extends DomainEvent>(
  sql: Sql,
  category: string,
  id: string,
  { below, limit }: { below?: number; limit: number },
): Promise<RecordedEvent<E>[]> {
  return readRecorded<E>(
    sql,
    `SELECT ${COLUMNS} FROM event WHERE stream = $1 AND ($2::bigint IS NULL OR version < $2) ORDER BY version DESC LIMIT $3`,
    [streamOf(category, id), below ?? null, limit],
  );
}
