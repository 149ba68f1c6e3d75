import type { Sql, Transactor } from '@icmp-mon/platform/database';
import { type Aggregate, type DomainEvent, fence, readEvents } from '@icmp-mon/platform/event-store';
import type { Applied, ReadModel } from './read-model';

const EVENTS_PER_BATCH = 5_000;

/**
 * Applies at most `limit` events of an aggregate's category with `after < position <= upTo` to its read model, by the projector
 * that the append uses. Which tables that are is the matter of `sql`'s search_path.
 */
export async function replayEvents<S, E extends DomainEvent>(
  sql: Sql,
  aggregate: Aggregate<S, E>,
  range: { after: number; upTo: number; limit?: number },
): Promise<Applied<number>> {
  const limit = range.limit ?? EVENTS_PER_BATCH;
  const events = await readEvents<E>(sql, { ...range, limit, category: aggregate.category });
  for (const event of events) await aggregate.project?.(sql, event);
  const last = events.at(-1);
  return { applied: events.length, position: events.length < limit || !last ? range.upTo : last.position };
}

/** The source of read models that the append itself writes: events of one category, in the order of their positions. */
export function eventReplay<S, E extends DomainEvent>(
  database: Sql & Transactor,
  aggregate: Aggregate<S, E>,
): Pick<ReadModel<number>, 'start' | 'remaining' | 'next' | 'hold'> {
  return {
    start: 0,
    async remaining(from) {
      const [row] = await database.query<{ count: number }>(
        `SELECT count(*) AS count FROM event WHERE position > $1 AND split_part(stream, '-', 1) = $2`,
        [from, aggregate.category],
      );
      return row?.count ?? 0;
    },
    async next(sql, after, held) {
      // Behind the fence no event can appear late; while it is held, the appenders wait and the end is the end.
      const upTo = held ? await headOf(sql) : await fencedHead(database);
      return upTo > after ? replayEvents(sql, aggregate, { after, upTo }) : { applied: 0, position: after };
    },
    hold: fence,
  };
}

async function fencedHead(database: Transactor): Promise<number> {
  return database.transaction(async (sql) => {
    await fence(sql);
    return headOf(sql);
  });
}

async function headOf(sql: Sql): Promise<number> {
  const [row] = await sql.query<{ head: number }>('SELECT coalesce(max(position), 0) AS head FROM event');
  return row?.head ?? 0;
}
