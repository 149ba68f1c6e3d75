import { ControlDatabase } from '@icmp-mon/platform/database';
import { DomainError } from '@icmp-mon/platform/errors';
import type { Principal } from '@icmp-mon/platform/http';
import type { SavedView, SaveViewRequest } from '@icmp-mon/targets/contract';
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

/** Replaces a view of the caller; with `expectedVersion`, only if it still has that version. */
export class ReplaceView extends Command<SavedView> {
  constructor(
    readonly id: string,
    readonly request: SaveViewRequest,
    readonly expectedVersion: number | undefined,
    readonly caller: Principal,
  ) {
    super();
  }
}

@CommandHandler(ReplaceView)
export class ReplaceViewHandler implements ICommandHandler<ReplaceView> {
  constructor(private readonly database: ControlDatabase) {}

  /** @throws DomainError `not_found`, `precondition_failed`, `conflict` if the name is taken, `forbidden`, `invalid` */
  async execute({ id, request, expectedVersion, caller }: ReplaceView): Promise<SavedView> {
    checkView(request, caller);
    const owner = ownerOf(caller);
    const { name, query, isShared = false } = request;
    return this.database.transaction(async (sql) => {
      await lockViewsOf(sql, owner);
      const [before] = await sql.query<SavedViewRow>(
        `SELECT ${SAVED_VIEW_COLUMNS} FROM saved_view WHERE id = $1 AND owner = $2 FOR UPDATE`,
        [id, owner],
      );
      if (before === undefined) throw new DomainError('not_found', 'You have no such view; it may have been deleted.');
      if (expectedVersion !== undefined && expectedVersion !== before.version) {
        throw new DomainError('precondition_failed', 'The view was changed in the meantime. Read it again.');
      }
      const [other] = await sql.query<{ id: string }>(
        'SELECT id FROM saved_view WHERE owner = $1 AND lower(name) = lower($2) AND id <> $3',
        [owner, name, id],
      );
      if (other !== undefined) throw nameTaken(name);
      const [row] = await sql.query<SavedViewRow>(
        `UPDATE saved_view SET name = $2, query = $3, is_shared = $4, owner_name = $5, version = version + 1
         WHERE id = $1 RETURNING ${SAVED_VIEW_COLUMNS}`,
        [id, name, JSON.stringify(query), isShared, caller.name],
      );
      return savedView(row ?? before, owner);
    });
  }
}
