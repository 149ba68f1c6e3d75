import type { Sql } from '@icmp-mon/platform/database';
import {
  type DomainEvent,
  type EventProjection,
  projectedPosition,
  readProjected,
} from '@icmp-mon/platform/event-store';
import { countEvents, POSITIONS_PER_BATCH } from './category-events';
import type { ReadModel } from './read-model';

/** Returns the source of read models that an event projection writes: the events of its category, up to the projection's own position. */
export function projectionReplay<E extends DomainEvent>(
  database: Sql,
  { name, category, projectEvents }: EventProjection<E>,
): Pick<ReadModel<number>, 'start' | 'remaining' | 'applyNext' | 'holdWriters'> {
  return {
    start: 0,
    remaining: (from) => countEvents(database, category, from),
    async applyNext(sql, from) {
      const end = await projectedPosition(sql, name);
      for (let after = from; after < end;) {
        const upTo = Math.min(after + POSITIONS_PER_BATCH, end);
        const events = await readProjected<E>(sql, category, { after, upTo });
        after = upTo;
        if (events.length === 0) continue;
        await projectEvents(sql, events);
        return { applied: events.length, progress: after };
      }
      return { applied: 0, progress: Math.max(from, end) };
    },
    async holdWriters(sql) {
      await projectedPosition(sql, name, true);
    },
  };
}
