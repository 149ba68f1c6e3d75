import { type AuditPage, type AuditQuery, EVENTS_PAGE_DEFAULT } from '@icmp-mon/audit/contract';
import { ShortCache } from '@icmp-mon/platform/batching';
import { headOf, recentFencedHead } from '@icmp-mon/platform/event-store';
import { decodeNumberCursor, encodeNumberCursor } from '@icmp-mon/platform/paging';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { AuditReader } from './audit-reader';
import { type EventFilter, eventFilter } from './event-filter';
import { findPositions } from './find-positions';

/** Name of the list in its cursors. */
const LIST = 'events';
/** Appenders wait for each fence, so that all readers of this process share one for this long. */
const FENCE_EVERY_MS = 200;
/** Wait for appends that are open, such as a part of an import. Later, an answer is as old as what the relay has published. */
const FENCE_WAIT_MS = 50;

interface PageAsked {
  cursor?: string;
  after?: string;
  limit?: number;
}

/** Lists events, newest first; with `after` the later ones, oldest first. */
export class ListEvents extends Query<AuditPage> {
  constructor(
    readonly filter: AuditQuery,
    readonly asked: PageAsked,
  ) {
    super();
  }
}

@QueryHandler(ListEvents)
export class ListEventsHandler implements IQueryHandler<ListEvents> {
  private readonly fences = new ShortCache<number>({ entriesMax: 1, keptMs: () => FENCE_EVERY_MS });

  constructor(private readonly reader: AuditReader) {}

  /** @throws DomainError `invalid` naming the parameter */
  async execute({ filter: query, asked }: ListEvents): Promise<AuditPage> {
    const { database, categories } = this.reader;
    const filter = await eventFilter(database, categories, query, Date.now());
    const limit = asked.limit ?? EVENTS_PAGE_DEFAULT;
    return asked.after === undefined
      ? this.readOlder(filter, positionOf(asked.cursor), limit)
      : this.readFollowing(filter, positionOf(asked.after) ?? 0, limit);
  }

  private async readOlder(filter: EventFilter, before: number | undefined, limit: number): Promise<AuditPage> {
    // Before the page is read, so that what follows it misses nothing.
    const newest = await this.fencedHead();
    const range = { after: 0, before: before ?? Number.MAX_SAFE_INTEGER };
    const found = await findPositions(this.reader.database, filter, { ...range, order: 'newest', limit: limit + 1 });
    const page = found.slice(0, limit);
    return {
      items: await this.reader.readEntries(page),
      next: found.length > limit ? cursorOf(page[page.length - 1]) : null,
      newest: cursorOf(newest),
    };
  }

  /** Reads only up to the fence: below it no event can appear later, so that a client that continues there misses none. */
  private async readFollowing(filter: EventFilter, after: number, limit: number): Promise<AuditPage> {
    const { database } = this.reader;
    if ((await headOf(database)) <= after) return { items: [], next: null, newest: cursorOf(after) };
    const fenced = await this.fencedHead();
    const range = { after, before: fenced + 1 };
    const found = await findPositions(database, filter, { ...range, order: 'oldest', limit });
    const reached = found.length < limit ? Math.max(fenced, after) : found[found.length - 1];
    return { items: await this.reader.readEntries(found), next: null, newest: cursorOf(reached) };
  }

  private fencedHead(): Promise<number> {
    return this.fences.get('head', () => recentFencedHead(this.reader.database, FENCE_WAIT_MS));
  }
}

const cursorOf = (position: number): string => encodeNumberCursor(LIST, [position]);

const positionOf = (cursor: string | undefined): number | undefined =>
  cursor === undefined ? undefined : decodeNumberCursor(LIST, cursor, 1)[0];
