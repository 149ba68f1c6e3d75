import { ControlDatabase } from '@icmp-mon/platform/database';
import type { Principal } from '@icmp-mon/platform/http';
import type { SavedViewList } from '@icmp-mon/targets/contract';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { ownerOf, SAVED_VIEW_COLUMNS, savedView, type SavedViewRow } from './saved-view-row';

/** Most views in one answer; the caller's own views come first. */
const LISTED_MAX = 500;

/** Lists the caller's own views and shared ones, by name; for a caller with a scope only the own ones: filters of others name their targets. */
export class ListSavedViews extends Query<SavedViewList> {
  constructor(readonly caller: Principal) {
    super();
  }
}

@QueryHandler(ListSavedViews)
export class ListSavedViewsHandler implements IQueryHandler<ListSavedViews> {
  constructor(private readonly database: ControlDatabase) {}

  async execute({ caller }: ListSavedViews): Promise<SavedViewList> {
    const owner = ownerOf(caller);
    const rows = await this.database.query<SavedViewRow>(
      `SELECT ${SAVED_VIEW_COLUMNS} FROM saved_view WHERE owner = $1 OR (is_shared AND $2)
       ORDER BY owner = $1 DESC, lower(name), id LIMIT ${LISTED_MAX}`,
      [owner, caller.scope === null],
    );
    return { items: rows.map((row) => savedView(row, owner)) };
  }
}
