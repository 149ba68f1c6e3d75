import { setTimeout as pause } from 'node:timers/promises';
import { isLockTimeout, type Sql, type Transactor } from '@icmp-mon/platform/database';
import {
  type Aggregate,
  type DomainEvent,
  fence,
  readEvents,
  type RecordedEvent,
} from '@icmp-mon/platform/event-store';
import type { Applied, ReadModel } from './read-model';

const EVENTS_PER_BATCH = 5_000;
const FENCE_WAIT_MS = 250;
const FENCE_ATTEMPTS_MAX = 40;

interface ReadAhead<E extends DomainEvent> {
  after: number;
  events: Promise<RecordedEvent<E>[]>;
}

/**
 * The source of read models that the append itself writes: events of one category, in the order of their positions. While a
 * batch is applied the next one is read, on a connection of its own.
 */
export function eventReplay<S, E extends DomainEvent>(
  database: Sql & Transactor,
  aggregate: Aggregate<S, E>,
): Pick<ReadModel<number>, 'start' | 'remaining' | 'next' | 'hold'> {
  const { category } = aggregate;
  let fenced = 0;
  let ahead: ReadAhead<E> | null = null;

  /** The next batch, whose successor is on its way from here on. */
  async function take(after: number): Promise<RecordedEvent<E>[]> {
    const taken = ahead?.after === after ? ahead : readAhead(after);
    ahead = null;
    const events = await taken.events;
    const last = events.at(-1);
    if (events.length === EVENTS_PER_BATCH && last !== undefined) ahead = readAhead(last.position);
    return events;
  }

  function readAhead(after: number): ReadAhead<E> {
    const events = readEvents<E>(database, { after, upTo: fenced, limit: EVENTS_PER_BATCH, category });
    // Whoever takes the batch hears of it, and nobody may.
    events.catch(() => undefined);
    return { after, events };
  }

  async function apply(sql: Sql, events: RecordedEvent<E>[], upTo: number): Promise<Applied<number>> {
    if (events.length > 0) await aggregate.project?.(sql, events);
    const last = events.at(-1);
    const position = events.length === EVENTS_PER_BATCH && last !== undefined ? last.position : upTo;
    return { applied: events.length, position };
  }

  return {
    start: 0,
    async remaining(from) {
      const [row] = await database.query<{ count: number }>(
        `SELECT count(*) AS count FROM event WHERE position > $1 AND split_part(stream, '-', 1) = $2`,
        [from, category],
      );
      return row?.count ?? 0;
    },
    async next(sql, after, held) {
      if (held) {
        // The appenders wait, so that the end is the end.
        const upTo = await headOf(sql);
        return apply(sql, await readEvents<E>(sql, { after, upTo, limit: EVENTS_PER_BATCH, category }), upTo);
      }
      // Behind the fence no event can appear late.
      if (after >= fenced) fenced = await fencedHead(database);
      const upTo = fenced;
      return after >= upTo ? { applied: 0, position: after } : apply(sql, await take(after), upTo);
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
