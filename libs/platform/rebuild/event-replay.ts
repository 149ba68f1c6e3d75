import type { Sql, Transactor } from '@icmp-mon/platform/database';
import {
  type Aggregate,
  type DomainEvent,
  fence,
  fencedHead,
  headOf,
  readProjected,
  type ProjectedEvent,
} from '@icmp-mon/platform/event-store';
import { countEvents, POSITIONS_PER_BATCH } from './category-events';
import type { ReadModel } from './read-model';

interface Batch<E extends DomainEvent> {
  after: number;
  upTo: number;
  events: Promise<ProjectedEvent<E>[]>;
}

/**
 * Returns the source of read models that are written by the append itself: the events of one category, in the order of their positions. While
 * a batch is applied, the next one is prefetched on another connection.
 */
export function eventReplay<S, E extends DomainEvent>(
  database: Sql & Transactor,
  aggregate: Aggregate<S, E>,
): Pick<ReadModel<number>, 'start' | 'remaining' | 'applyNext' | 'holdWriters'> {
  const { category } = aggregate;
  /** The fence: no event can appear at or below this position any longer. */
  let fenced = 0;
  let ahead: Batch<E> | null = null;

  function read(sql: Sql, after: number, end: number): Batch<E> {
    const upTo = Math.min(after + POSITIONS_PER_BATCH, end);
    return { after, upTo, events: readProjected<E>(sql, category, { after, upTo }) };
  }

  /** Returns the batch after `after` and starts to prefetch the next one. */
  async function take(after: number): Promise<{ events: ProjectedEvent<E>[]; upTo: number }> {
    const taken = ahead?.after === after ? ahead : read(database, after, fenced);
    ahead = null;
    const events = await taken.events;
    if (taken.upTo < fenced) {
      ahead = read(database, taken.upTo, fenced);
      // A failure is reported by the next `take`; without this handler it would be an unhandled rejection if that never comes.
      ahead.events.catch(() => undefined);
    }
    return { events, upTo: taken.upTo };
  }

  return {
    start: 0,
    remaining: (from) => countEvents(database, category, from),
    async applyNext(sql, from, held) {
      // While the fence is held, no event can be appended, so the head of the store is final.
      if (!held && from >= fenced) fenced = await fencedHead(database);
      const end = held ? await headOf(sql) : fenced;
      for (let after = from; after < end;) {
        const batch = held ? read(sql, after, end) : await take(after);
        const events = await batch.events;
        if (events.length > 0) {
          await aggregate.project?.(sql, events);
          return { applied: events.length, progress: batch.upTo };
        }
        after = batch.upTo;
      }
      return { applied: 0, progress: Math.max(from, end) };
    },
    holdWriters: fence,
  };
}
