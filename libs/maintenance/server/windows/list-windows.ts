import type { WindowKind, WindowPage } from '@icmp-mon/maintenance/contract';
import { ControlDatabase, likePart } from '@icmp-mon/platform/database';
import { CURSOR_VALUES, decodeTextCursor, encodeTextCursor } from '@icmp-mon/platform/paging';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { IS_ACTIVE, SELECT_WINDOWS, windowViews, type WindowRow } from './window-rows';

/** Which windows are listed: `active` are neither cancelled nor over, `past` are. */
export const LISTED_STATES = ['active', 'past', 'all'] as const;
/** Their order: `next` has what is open first, then by the next start, then what is over. */
export const WINDOW_SORTS = ['newest', 'next'] as const;

/** Lists windows and silences. */
export class ListWindows extends Query<WindowPage> {
  constructor(
    readonly page: {
      limit: number;
      cursor?: string;
      state?: (typeof LISTED_STATES)[number];
      kind?: WindowKind;
      name?: string;
      /** Part of title, scope, ticket or name. */
      q?: string;
      sort?: (typeof WINDOW_SORTS)[number];
    },
  ) {
    super();
  }
}

/** A part of a place in the order `next`, which may be negative. */
const PLACE = /^-?\d{1,15}$/;

type ListedRow = WindowRow & { rank: number; place: number };

const STATE_CONDITIONS = { active: `(${IS_ACTIVE})`, past: `NOT (${IS_ACTIVE})`, all: 'true' } as const;

/** The open occurrence of a window, which has begun before all planned ones, or the next one. */
const NEXT = `LEFT JOIN LATERAL (
    SELECT o.state, o.starts_at FROM maintenance_occurrence o
    WHERE o.window_id = listed.id AND o.state IN ('planned', 'open') ORDER BY o.starts_at LIMIT 1) AS next ON true`;

/** Place of a window in the order `next`: a rank, and ms since 1970 within it; what is over has the newest first. */
const PLACES = `CASE WHEN cancelled_at IS NOT NULL THEN 3 WHEN next.state = 'open' THEN 0 WHEN next.state IS NOT NULL THEN 1
    WHEN has_later THEN 2 ELSE 3 END AS rank,
  (extract(epoch FROM CASE WHEN next.state IS NULL OR cancelled_at IS NOT NULL THEN NULL ELSE next.starts_at END) * 1000)::bigint AS at,
  -(extract(epoch FROM scheduled_at) * 1000)::bigint AS age`;

@QueryHandler(ListWindows)
export class ListWindowsHandler implements IQueryHandler<ListWindows> {
  constructor(private readonly database: ControlDatabase) {}

  /** @throws DomainError `invalid` for a cursor of another list */
  async execute({ page }: ListWindows): Promise<WindowPage> {
    const { limit, cursor, sort = 'newest' } = page;
    const isByNext = sort === 'next';
    const list = isByNext ? 'windows-next' : 'windows';
    const after = decodeTextCursor(list, cursor, isByNext ? [PLACE, PLACE, CURSOR_VALUES.uuid] : [CURSOR_VALUES.uuid]);
    const rows = await this.database.query<ListedRow>(isByNext ? BY_NEXT(page.state) : BY_AGE(page.state), [
      ...[page.kind ?? null, page.name ?? null, page.q === undefined ? null : likePart(page.q), limit + 1],
      ...(isByNext ? [after?.[0] ?? null, after?.[1] ?? null, after?.[2] ?? null] : [after?.[0] ?? null]),
    ]);
    const shown = rows.slice(0, limit);
    const last = shown.at(-1);
    const items = await windowViews(this.database, shown);
    if (last === undefined || rows.length <= limit) return { items, next: null };
    const values = isByNext ? [String(last.rank), String(last.place), last.id] : [last.id];
    return { items, next: encodeTextCursor(list, values) };
  }
}

const matching = (state: keyof typeof STATE_CONDITIONS = 'active'): string => `${SELECT_WINDOWS}
  WHERE ($1::text IS NULL OR w.kind = $1) AND ($2::text IS NULL OR w.name = $2)
    AND ($3::text IS NULL OR concat_ws(' ', w.definition ->> 'title', w.definition ->> 'scope', w.definition ->> 'ticket', w.name) ILIKE $3)
    AND ${STATE_CONDITIONS[state]}`;

const BY_AGE = (state?: keyof typeof STATE_CONDITIONS): string =>
  `${matching(state)} AND ($5::uuid IS NULL OR w.id < $5) ORDER BY w.id DESC LIMIT $4`;

const BY_NEXT = (state?: keyof typeof STATE_CONDITIONS): string => `
  SELECT * FROM (
    SELECT ranked.*, coalesce(at, age) AS place FROM (SELECT listed.*, ${PLACES} FROM (${matching(state)}) AS listed ${NEXT}) AS ranked
  ) AS placed
  WHERE $5::bigint IS NULL OR (rank, place, id) > ($5::bigint, $6::bigint, $7::uuid)
  ORDER BY rank, place, id LIMIT $4`;
