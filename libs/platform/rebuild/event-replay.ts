import { setTimeout as pause } from 'node:timers/promises';
import { isLockTimeout, type Sql, type Transactor } from '@icmp-mon/platform/database';
import { type Aggregate, type DomainEvent, fence, readEvents } from '@icmp-mon/platform/event-store';
import type { Applied, ReadModel } from './read-model';

const EVENTS_PER_BATCH = 5_000;
const FENCE_WAIT_MS = 250;
const FENCE_ATTEMPTS_MAX = 40;

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
  if (events.length > 0) await aggregate.project?.(sql, events);
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

/** New appenders queue behind a fence that waits, so it gives up and tries again instead of waiting for long. */
async function fencedHead(database: Transactor): Promise<number> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await database.transaction(async (sql) => {
        await sql.execute(`SET LOCAL lock_timeout = ${FENCE_WAIT_MS}`);
        await fence(sql);
        return headOf(sql);
      });
    } catch (error) {
      if (!isLockTimeout(error) || attempt >= FENCE_ATTEMPTS_MAX) throw error;
      await pause(FENCE_WAIT_MS);
    }
  }
}

async function headOf(sql: Sql): Promise<number> {
  const [row] = await sql.query<{ head: number }>('SELECT coalesce(max(position), 0) AS head FROM event');
  return row?.head ?? 0;
}
