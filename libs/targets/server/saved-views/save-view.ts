import { ControlDatabase } from '@icmp-mon/platform/database';
import { DomainError } from '@icmp-mon/platform/errors';
import type { Principal } from '@icmp-mon/platform/http';
import { newId } from '@icmp-mon/platform/ids';
import { type SavedView, SAVED_VIEWS_MAX, type SaveViewRequest } from '@icmp-mon/targets/contract';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import {
  checkView,
  lockViewsOf,
  nameTaken,
  ownerOf,
  SAVED_VIEW_COLUMNS,
  savedView,
  type SavedViewRow,
} from './saved-view-row';

/** Saves a view of the target list for the caller. */
export class SaveView extends Command<SavedView> {
  constructor(
    readonly request: SaveViewRequest,
    readonly caller: Principal,
  ) {
    super();
  }
}

@CommandHandler(SaveView)
export class SaveViewHandler implements ICommandHandler<SaveView> {
  constructor(private readonly database: ControlDatabase) {}

  /** @throws DomainError `conflict` if the name is taken or the caller has too many views, `forbidden`, `invalid` */
  async execute({ request, caller }: SaveView): Promise<SavedView> {
    checkView(request, caller);
    const owner = ownerOf(caller);
    const { name, query, isShared = false } = request;
    return this.database.transaction(async (sql) => {
      await lockViewsOf(sql, owner);
      const [counted] = await sql.query<{ views: number }>(
        'SELECT count(*) AS views FROM saved_view WHERE owner = $1',
        [owner],
      );
      if ((counted?.views ?? 0) >= SAVED_VIEWS_MAX) {
        throw new DomainError('conflict', `You have ${SAVED_VIEWS_MAX} views, the most allowed. Delete one first.`);
      }
      const [row] = await sql.query<SavedViewRow>(
        `INSERT INTO saved_view (id, owner, owner_name, name, query, is_shared) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (owner, lower(name)) DO NOTHING RETURNING ${SAVED_VIEW_COLUMNS}`,
        [newId(), owner, caller.name, name, JSON.stringify(query), isShared],
      );
      if (row === undefined) throw nameTaken(name);
      return savedView(row, owner);
    });
  }
}
