import type { WindowKind, WindowPage } from '@icmp-mon/maintenance/contract';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { CURSOR_VALUES, decodeTextCursor, encodeTextCursor } from '@icmp-mon/platform/paging';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { IS_ACTIVE, SELECT_WINDOWS, windowViews, type WindowRow } from './window-rows';

/** Lists windows and silences, newest first: active ones, which are neither cancelled nor over, or all. */
export class ListWindows extends Query<WindowPage> {
  constructor(
    readonly page: {
      limit: number;
      cursor?: string;
      state?: 'active' | 'all';
      kind?: WindowKind;
      name?: string;
    },
  ) {
    super();
  }
}

@QueryHandler(ListWindows)
export class ListWindowsHandler implements IQueryHandler<ListWindows> {
  constructor(private readonly database: ControlDatabase) {}

  /** @throws DomainError `invalid` for a cursor of another list */
  async execute({ page: { limit, cursor, state = 'active', kind, name } }: ListWindows): Promise<WindowPage> {
    const [after = null] = decodeTextCursor('windows', cursor, [CURSOR_VALUES.uuid]) ?? [];
    const rows = await this.database.query<WindowRow>(
      `${SELECT_WINDOWS}
       WHERE ($1::uuid IS NULL OR w.id < $1) AND ($2::text IS NULL OR w.kind = $2) AND ($3::text IS NULL OR w.name = $3)
         AND ${state === 'active' ? `(${IS_ACTIVE})` : 'true'}
       ORDER BY w.id DESC LIMIT $4`,
      [after, kind ?? null, name ?? null, limit + 1],
    );
    const page = rows.slice(0, limit);
    const items = await windowViews(this.database, page);
    return { items, next: rows.length > limit ? encodeTextCursor('windows', [page[page.length - 1].id]) : null };
  }
}
